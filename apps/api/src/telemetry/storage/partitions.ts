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

  /**
   * Makes the partitions of these weeks that are missing, all in one transaction: each that adds tables makes every connection
   * plan its statements again.
   */
  async ensure(weeks: Iterable<number>): Promise<void> {
    const unknown = [...weeks].filter((week) => !this.#known.has(week))
    if (unknown.length === 0) return
    const missing = await this.#missing(unknown)
    if (missing.length > 0) {
      const startsUs = missing.map(weekStartUs)
      await this.#make(startsUs, startsUs)
    }
    for (const week of unknown) this.#known.add(week)
  }

  /** Makes the partitions for the coming weeks. */
  async ahead(): Promise<void> {
    const nowUs = Math.floor(this.now() * 1_000)
    await this.#make([nowUs], [nowUs + weeksAhead * weekUs])
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

  /** Makes the partitions for the times from each of the first to that of the second, both included. */
  async #make(fromUs: readonly number[], toUs: readonly number[]): Promise<void> {
    await this.pool.query(
      `SELECT telemetry.make_partitions(from_us, to_us, $3::bigint)
       FROM unnest($1::bigint[], $2::bigint[]) AS range (from_us, to_us)`,
      [fromUs, toUs, Math.floor(this.now() * 1_000)],
    )
  }
}
