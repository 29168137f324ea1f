import type { Pool } from 'pg'

export const weekUs = 604_800_000_000

/** Weeks begin on Mondays; 1970 began on a Thursday. */
const mondayUs = 345_600_000_000

/** Everything before this week shares one partition. */
const firstWeek = 2_600
const beforeFirstWeek = firstWeek - 1

/** How far ahead partitions are made, so that hardly a batch ever has to. */
const weeksAhead = 4

/** The number of the week that a time falls into; all weeks of long ago have the same. */
export function weekOf(timeUs: number): number {
  return Math.max(beforeFirstWeek, Math.floor((timeUs - mondayUs) / weekUs))
}

/** When a week begins, in microseconds. */
export function weekStartUs(week: number): number {
  return mondayUs + week * weekUs
}

/** Makes the partitions of telemetry, and knows which there are. */
export class Partitions {
  readonly #known = new Set<number>()

  constructor(private readonly pool: Pool) {}

  /** Makes those that are missing for these weeks. */
  async ensure(weeks: Iterable<number>): Promise<void> {
    for (const week of weeks) {
      if (this.#known.has(week)) continue
      await this.#make(weekStartUs(week), weekStartUs(week))
      this.#known.add(week)
    }
  }

  /** Makes those for the time until some weeks from now. */
  async ahead(nowMs: number): Promise<void> {
    await this.#make(nowMs * 1_000, nowMs * 1_000 + weeksAhead * weekUs)
  }

  /** Some may have been dropped. */
  forget(): void {
    this.#known.clear()
  }

  async #make(fromUs: number, toUs: number): Promise<void> {
    await this.pool.query('SELECT telemetry.make_partitions($1::bigint, $2::bigint)', [
      Math.floor(fromUs),
      Math.floor(toUs),
    ])
  }
}
