/** A message takes this long at most from the platform to the page: a connection that is slower counts as dead. */
const LONGEST_WAY_MS = 10_000
/** The `Date` of an answer is cut to whole seconds. */
const DATE_STEP_MS = 1_000

/**
 * The platform's clock, as far as the page knows it: the browser's clock and an offset, which each answer and each message
 * bounds. While the bounds allow no offset, there is none.
 */
export class PlatformClock {
  #offsetMs = 0
  readonly #listeners = new Set<() => void>()

  constructor(private readonly browserNow: () => number = () => Date.now()) {}

  /** How far the platform's clock is ahead of the browser's. */
  readonly offsetMs = (): number => this.#offsetMs

  /** Epoch milliseconds by the platform's clock. */
  readonly now = (): number => this.browserNow() + this.#offsetMs

  /** A time of the browser's clock, by the platform's. */
  fromBrowser(ts: number): number {
    return ts + this.#offsetMs
  }

  /** A time of the platform's clock, by the browser's. */
  toBrowser(ts: number): number {
    return ts - this.#offsetMs
  }

  /** An answer that has just come: its header `Date`, and when the request was sent by the browser's clock. */
  answered(date: string | null, sentAt: number): void {
    const ts = Date.parse(date ?? '')
    if (Number.isNaN(ts)) return
    const now = this.browserNow()
    // A clock that was set while the answer was awaited says nothing.
    if (now >= sentAt) this.#bound(ts - now, ts + DATE_STEP_MS - sentAt)
  }

  /** A message that has just come, which the platform made at `ts`. */
  heard(ts: number): void {
    const leastMs = ts - this.browserNow()
    this.#bound(leastMs, leastMs + LONGEST_WAY_MS)
  }

  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #bound(leastMs: number, mostMs: number): void {
    const offsetMs = Math.min(mostMs, Math.max(leastMs, this.#offsetMs))
    if (offsetMs === this.#offsetMs) return
    this.#offsetMs = offsetMs
    for (const listener of this.#listeners) listener()
  }
}

export const platformClock = new PlatformClock()

/** Now by the platform's clock, in epoch milliseconds. */
export const platformNow = platformClock.now
