/**
 * Things that are due at some time, in slots of a second: adding, moving and removing one costs the same however many there
 * are. Times are of the monotonic clock.
 */
export class Timetable<T> {
  readonly #slots = new Map<number, Set<T>>()
  readonly #slotOf = new Map<T, number>()
  /** Slots before it are empty. */
  #first: number

  constructor(nowMs: number) {
    this.#first = slotAt(nowMs)
  }

  get size(): number {
    return this.#slotOf.size
  }

  /** Sets when something is due, in place of an earlier time; `Infinity` for never. */
  set(item: T, dueAtMs: number): void {
    this.delete(item)
    if (dueAtMs === Number.POSITIVE_INFINITY) return
    // The slot behind its time, so that nothing is taken too early.
    const slot = Math.max(slotAt(dueAtMs) + 1, this.#first)
    const items = this.#slots.get(slot)
    if (items) items.add(item)
    else this.#slots.set(slot, new Set([item]))
    this.#slotOf.set(item, slot)
  }

  delete(item: T): void {
    const slot = this.#slotOf.get(item)
    if (slot === undefined) return
    this.#slotOf.delete(item)
    const items = this.#slots.get(slot)
    items?.delete(item)
    if (items?.size === 0) this.#slots.delete(slot)
  }

  /** Takes out what is due, `most` of it at most; the rest is due at the next call. */
  take(nowMs: number, most: number): T[] {
    const due: T[] = []
    const last = slotAt(nowMs)
    if (this.#slots.size === 0) this.#first = last
    for (; this.#first <= last; this.#first++) {
      for (const item of this.#slots.get(this.#first) ?? []) {
        if (due.length === most) return due
        due.push(item)
        this.delete(item)
      }
    }
    return due
  }
}

function slotAt(timeMs: number): number {
  return Math.floor(timeMs / slotMs)
}

const slotMs = 1_000
