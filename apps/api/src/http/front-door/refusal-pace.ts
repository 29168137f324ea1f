import { LRUCache } from 'lru-cache'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { httpLimits } from './http-limits.js'
import type { Pace } from './request-queue.js'

const rememberedAddresses = 10_000

/** From this status on an answer refuses its request. */
const firstRefusal = 400

type Limits = Pick<
  LimitValues<typeof httpLimits>,
  'refusalsPerAddress' | 'refusalIntervalMs' | 'refusalWaitMs'
>

/**
 * Paces addresses whose requests are refused again and again. A refusal is cheap and comes at once, so that its client can ask
 * again at once: fast ones would take more of the processor than work does. So past a number of them the next requests of
 * the address wait. It is the generic cell rate algorithm (ITU-T I.371).
 */
export class RefusalPace implements Pace {
  /** Until when the refusals of each address are paid for. */
  readonly #paidUntilMs = new LRUCache<string, number>({ max: rememberedAddresses })

  constructor(
    private readonly limits: Limits,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts an answer to an address. */
  answered(address: string, status: number): void {
    if (status < firstRefusal) return
    const nowMs = this.now()
    const { refusalIntervalMs, refusalWaitMs } = this.limits
    const paidUntilMs = Math.max(nowMs, this.#paidUntilMs.get(address) ?? 0) + refusalIntervalMs
    this.#paidUntilMs.set(address, Math.min(paidUntilMs, nowMs + this.#freeMs + refusalWaitMs))
  }

  waitMs(address: string): number {
    const paidUntilMs = this.#paidUntilMs.get(address)
    return paidUntilMs === undefined ? 0 : Math.max(0, paidUntilMs - this.now() - this.#freeMs)
  }

  get #freeMs(): number {
    return this.limits.refusalsPerAddress * this.limits.refusalIntervalMs
  }
}
