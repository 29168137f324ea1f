import { TokenBucket } from './token-bucket.js'

export interface RefusalLimits {
  maxRefusedMsPerSecond: number
  refusedTimeoutMs: number
  minBanMs: number
  maxBanMs: number
}

/** A client whose messages the host has refused. */
export interface RefusedClient {
  /** Its owner is over the budget: it is read more slowly from now on. */
  slowed(): void
  /** Its owner has been over the budget for too long, and is banned for so long. */
  banned(banMs: number): void
}

/**
 * The processor time that refused messages may take, for each owner that has had some refused. Past it the owner's clients
 * are not read until there is room; when that goes on, they are disconnected, and the owner is banned for a time that
 * doubles with each ban. It is time and not a count: a firmware that sends something wrong now and then is never over it.
 */
export class RefusalBudgets {
  readonly #limits: RefusalLimits
  readonly #budgets = new Map<string, RefusalBudget>()

  constructor(limits: RefusalLimits) {
    this.#limits = limits
  }

  /** The budget of an owner that has had messages refused lately. */
  find(owner: string): RefusalBudget | null {
    return this.#budgets.get(owner) ?? null
  }

  make(owner: string): RefusalBudget {
    let budget = this.#budgets.get(owner)
    if (!budget) {
      budget = new RefusalBudget(this.#limits)
      this.#budgets.set(owner, budget)
    }
    return budget
  }

  /** How long an owner is still banned; 0 when it is not. */
  bannedMs(owner: string, nowMs: number): number {
    return Math.max(0, (this.#budgets.get(owner)?.bannedUntilMs ?? 0) - nowMs)
  }

  /** Owners that are banned. */
  countBanned(nowMs: number): number {
    let count = 0
    for (const { bannedUntilMs } of this.#budgets.values()) if (bannedUntilMs > nowMs) count++
    return count
  }

  refill(elapsedMs: number, nowMs: number): void {
    for (const [owner, budget] of this.#budgets) {
      budget.refill(elapsedMs, nowMs)
      if (budget.clients.size === 0 && budget.isForgotten(nowMs)) this.#budgets.delete(owner)
    }
  }
}

export class RefusalBudget {
  readonly clients = new Set<RefusedClient>()
  bannedUntilMs = 0
  readonly #limits: RefusalLimits
  readonly #timeMs: TokenBucket
  #exceededSinceMs = 0
  #nextBanMs: number

  constructor(limits: RefusalLimits) {
    const { maxRefusedMsPerSecond, minBanMs } = limits
    this.#limits = limits
    this.#timeMs = new TokenBucket({
      perSecond: maxRefusedMsPerSecond,
      capacity: maxRefusedMsPerSecond * savedSeconds,
    })
    this.#nextBanMs = minBanMs
  }

  get exceeded(): boolean {
    return this.#timeMs.overdrawn
  }

  /** Messages took so long and were refused; others took so long and were not, which makes up for it. */
  spend(refusedMs: number, acceptedMs: number): void {
    this.#timeMs.spend(refusedMs)
    this.#timeMs.giveBack(acceptedMs)
  }

  refill(elapsedMs: number, nowMs: number): void {
    if (this.exceeded && this.#exceededSinceMs === 0) {
      this.#exceededSinceMs = nowMs
      for (const client of this.clients) client.slowed()
    }
    this.#timeMs.refill(elapsedMs)
    if (this.#timeMs.full) this.#exceededSinceMs = 0
    if (this.#exceededSinceMs > 0 && nowMs - this.#exceededSinceMs > this.#limits.refusedTimeoutMs)
      this.#ban(nowMs)
    if (this.isForgotten(nowMs)) this.#nextBanMs = this.#limits.minBanMs
  }

  /** Nothing was refused for a while, and the last ban is long over. */
  isForgotten(nowMs: number): boolean {
    return this.#timeMs.full && nowMs - this.bannedUntilMs > this.#limits.maxBanMs
  }

  #ban(nowMs: number): void {
    const banMs = this.#nextBanMs
    this.bannedUntilMs = nowMs + banMs
    this.#nextBanMs = Math.min(2 * banMs, this.#limits.maxBanMs)
    this.#exceededSinceMs = 0
    this.#timeMs.giveBack(Number.POSITIVE_INFINITY)
    for (const client of [...this.clients]) client.banned(banMs)
  }
}

const savedSeconds = 2
