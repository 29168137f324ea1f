import type { Pool } from 'pg'
import { listPartitions, partitionedTables } from './partition-tables.js'

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

/** Makes the partitions of telemetry, and remembers which weeks have theirs. Old weeks share partitions. */
export class Partitions {
  readonly #known = new Set<number>()

  constructor(
    private readonly pool: Pool,
    private readonly now: () => number = Date.now,
  ) {}

  /** Makes the partitions of these weeks that are missing. */
  async ensure(weeks: Iterable<number>): Promise<void> {
    const unknown = [...weeks].filter((week) => !this.#known.has(week))
    if (unknown.length === 0) return
    for (
      let missing = await this.#missing(unknown);
      missing.length > 0;
      missing = await this.#missing(missing)
    ) {
      const [first = 0] = missing
      await this.#make(weekStartUs(first), weekStartUs(first))
    }
    for (const week of unknown) this.#known.add(week)
  }

  /** Makes the partitions for the coming weeks. */
  async ahead(): Promise<void> {
    const nowUs = this.now() * 1_000
    await this.#make(nowUs, nowUs + weeksAhead * weekUs)
  }

  /** Forgets which exist, because some may have been dropped. */
  forget(): void {
    this.#known.clear()
  }

  /** The weeks that lie in no partition of some table. One that is being detached has its place until it is gone. */
  async #missing(weeks: readonly number[]): Promise<number[]> {
    const partitions = await listPartitions(this.pool)
    return weeks.filter((week) => {
      const atUs = weekStartUs(week)
      const covering = partitions.filter(({ fromUs, toUs }) => fromUs <= atUs && atUs < toUs)
      return new Set(covering.map(({ parent }) => parent)).size < partitionedTables
    })
  }

  async #make(fromUs: number, toUs: number): Promise<void> {
    await this.pool.query('SELECT telemetry.make_partitions($1::bigint, $2::bigint, $3::bigint)', [
      Math.floor(fromUs),
      Math.floor(toUs),
      Math.floor(this.now() * 1_000),
    ])
  }
}
