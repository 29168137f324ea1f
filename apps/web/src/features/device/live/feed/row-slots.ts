/**
 * Gives each message that is shown a row, which it keeps for as long as it is shown; one that comes takes over the row of
 * one that is gone, which is far quicker than a row of its own.
 */
export class RowSlots {
  #slots = new Map<number, number>()

  /** The row of each of these messages. */
  assign(ids: readonly number[]): number[] {
    const kept = new Map<number, number>()
    for (const id of ids) {
      const slot = this.#slots.get(id)
      if (slot !== undefined) kept.set(id, slot)
    }
    const taken = new Set(kept.values())
    let free = 0
    for (const id of ids) {
      if (kept.has(id)) continue
      while (taken.has(free)) free += 1
      kept.set(id, free)
      free += 1
    }
    this.#slots = kept
    return ids.map((id) => kept.get(id) as number)
  }
}
