import type { SubscriptionAccess } from '../client/subscription-requests.js'
import type { Access } from '../connection/access.js'
import { fullJitterMs } from '../connection/backoff.js'
import { RefusedError } from '../connection/errors.js'
import type { PersonToken, TokenRequest } from './person.js'

export interface TokenKeeperOptions {
  fetchToken(request: TokenRequest): Promise<PersonToken>
  /** The topic filters that the connection uses now. */
  filters(): string[]
}

/** A token is renewed after this part of its life. */
const renewAt = 0.7
/** A page adds its filters one after the other; one token is fetched for all that come within this time. */
const gatherMs = 20
const minimumRenewalMs = 5_000

/** The token of one connection. */
interface Held {
  token: PersonToken
  /** Filters that the platform allows for sure: while a request is under way, those of the old token and of the new one. */
  allowed: ReadonlySet<string>
}

type Outcome = 'extended' | 'failed' | 'refused'

/** Renews the token of a connection, and widens it when filters are added. One request is under way at a time. */
export class TokenKeeper implements SubscriptionAccess {
  #held: Held | null = null
  #live = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #extending: Promise<void> | null = null

  constructor(private readonly options: TokenKeeperOptions) {}

  /** Fetches a token for a new connection. What is still under way for the last one does not count any more. */
  async begin(): Promise<Access> {
    this.stop()
    this.#held = null
    this.#extending = null
    await delay(gatherMs)
    const subscribe = this.options.filters()
    const token = await this.options.fetchToken({ subscribe })
    this.#held = { token, allowed: new Set(subscribe) }
    return token
  }

  /** The connection is live: its token is renewed from now on. */
  start(): void {
    this.#live = true
    this.#schedule()
  }

  /** The connection is gone: its token is not renewed any more. */
  stop(): void {
    this.#live = false
    clearTimeout(this.#timer)
  }

  allows(filter: string): boolean {
    return this.#held?.allowed.has(filter) ?? false
  }

  /** Resolves when the token of the live connection covers all filters, the platform refuses it, or the connection is gone. */
  async widen(): Promise<void> {
    const held = this.#held
    for (let failures = 0; held !== null && this.#lacks(held); ) {
      await delay(failures === 0 ? gatherMs : retryDelayMs(failures))
      if (!this.#lacks(held)) return
      const outcome = await this.#extend(held)
      if (outcome === 'refused') return
      if (outcome === 'failed') failures += 1
    }
  }

  #lacks(held: Held): boolean {
    return this.#isLive(held) && !this.options.filters().every((filter) => held.allowed.has(filter))
  }

  /** Extends the token once; waits for a request that is under way first. */
  async #extend(held: Held): Promise<Outcome> {
    while (this.#extending !== null) await this.#extending
    if (!this.#isLive(held)) return 'extended'
    const request = this.#request(held)
    const extending = request.then(() => {
      if (this.#extending === extending) this.#extending = null
    })
    this.#extending = extending
    const outcome = await request
    if (outcome === 'extended' && this.#isLive(held)) this.#schedule()
    return outcome
  }

  /** Until the answer, and after a failure too, the old token may hold or the new one: what both allow is sure. */
  async #request(held: Held): Promise<Outcome> {
    const subscribe = new Set(this.options.filters())
    held.allowed = new Set([...held.allowed].filter((filter) => subscribe.has(filter)))
    try {
      const { clientId } = held.token
      held.token = await this.options.fetchToken({ clientId, subscribe: [...subscribe] })
    } catch (error) {
      return error instanceof RefusedError ? 'refused' : 'failed'
    }
    held.allowed = subscribe
    return 'extended'
  }

  #schedule(): void {
    const lifeMs = Date.parse(this.#held?.token.expiresAt ?? '') - Date.now()
    const delayMs = Math.max(minimumRenewalMs, lifeMs * renewAt)
    this.#renewIn(Number.isFinite(delayMs) ? delayMs : minimumRenewalMs, 0)
  }

  #renewIn(delayMs: number, failures: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#renew(failures), delayMs)
  }

  async #renew(failures: number): Promise<void> {
    const held = this.#held
    if (held === null || (await this.#extend(held)) !== 'failed' || !this.#isLive(held)) return
    this.#renewIn(retryDelayMs(failures), failures + 1)
  }

  #isLive(held: Held): boolean {
    return this.#live && this.#held === held
  }
}

const retryDelayMs = (failures: number) => 500 + fullJitterMs(failures, { baseMs: 1_000, maximumMs: 10_000 })

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
