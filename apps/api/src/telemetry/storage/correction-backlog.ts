import type { StaleMinutes } from './correct-batch.js'

/** How many roll-ups of each organization are stale: as the database said last, and what was added since. */
export class CorrectionBacklog {
  #counts = new Map<number, number>()
  readonly #listeners = new Set<() => void>()

  constructor(private readonly limit: number) {}

  /** The organizations among these that may not add more. */
  closed(organizations: Iterable<number>): number[] {
    return [...new Set(organizations)].filter((id) => (this.#counts.get(id) ?? 0) >= this.limit)
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  add(added: readonly StaleMinutes[]): void {
    if (added.length === 0) return
    for (const { organizationId, minutes } of added)
      this.#counts.set(organizationId, (this.#counts.get(organizationId) ?? 0) + minutes)
    for (const listener of this.#listeners) listener()
  }

  set(counts: ReadonlyMap<number, number>): void {
    this.#counts = new Map(counts)
  }

  /** Calls a listener whenever something was added, until the returned function is called. */
  onAdded(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
