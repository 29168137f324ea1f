import { LRUCache } from 'lru-cache'

const rememberedKeys = 10_000

interface Options {
  /** How much may happen at once before anything waits. */
  burst: number
  /** After this time one of what happened is forgotten. */
  intervalMs: number
  longestWaitMs: number
}

/**
 * Says how long the next of something has to wait, because too much of it happened: with the same key, such as an address.
 * It refuses nothing. It is the generic cell rate algorithm (ITU-T I.371).
 */
export class Pacer {
  /** Until when what happened is paid for. */
  readonly #paidUntilMs = new LRUCache<string, number>({ max: rememberedKeys })

  constructor(
    private readonly options: Options,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** It happened, this many times. */
  count(key: string, times = 1): void {
    const nowMs = this.now()
    const { intervalMs, longestWaitMs } = this.options
    const paidUntilMs = Math.max(nowMs, this.#paidUntilMs.get(key) ?? 0) + times * intervalMs
    this.#paidUntilMs.set(key, Math.min(paidUntilMs, nowMs + this.#freeMs + longestWaitMs))
  }

  waitMs(key: string): number {
    const paidUntilMs = this.#paidUntilMs.get(key)
    return paidUntilMs === undefined ? 0 : Math.max(0, paidUntilMs - this.now() - this.#freeMs)
  }

  get #freeMs(): number {
    return this.options.burst * this.options.intervalMs
  }
}
