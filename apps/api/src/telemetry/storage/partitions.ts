import type { Pool } from 'pg'

export const weekUs = 604_800_000_000

/** Weeks begin on Mondays; 1970 began on a Thursday. */
const mondayUs = 345_600_000_000

/** All weeks before this one share a partition. */
const firstWeek = 2_600
const beforeFirstWeek = firstWeek - 1

/** How many weeks ahead partitions are made, so that batches hardly ever have to. */
const weeksAhead = 4

/** The number of the week of a time; all weeks before the first have the same. */
export function weekOf(timeUs: number): number {
  return Math.max(beforeFirstWeek, Math.floor((timeUs - mondayUs) / weekUs))
}

/** When a week begins, in microseconds. */
export function weekStartUs(week: number): number {
  return mondayUs + week * weekUs
}

/** Makes the partitions of telemetry, and remembers which exist. */
export class Partitions {
  readonly #known = new Set<number>()

  constructor(private readonly pool: Pool) {}

  /** Makes the partitions of these weeks that are missing. */
  async ensure(weeks: Iterable<number>): Promise<void> {
    for (const week of weeks) {
      if (this.#known.has(week)) continue
      await this.#make(weekStartUs(week), weekStartUs(week))
      this.#known.add(week)
    }
  }

  /** Makes the partitions for the coming weeks. */
  async ahead(nowMs: number): Promise<void> {
    await this.#make(nowMs * 1_000, nowMs * 1_000 + weeksAhead * weekUs)
  }

  /** Forgets which exist, because some may have been dropped. */
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
