import type { Access } from '../connection/access.js'
import { fullJitterMs } from '../connection/backoff.js'
import { RefusedError } from '../connection/errors.js'
import type { PersonToken, TokenRequest } from './person.js'

export interface TokenKeeperOptions {
  fetchToken(request: TokenRequest): Promise<PersonToken>
  /** The topic filters that have a listener now. */
  filters(): string[]
}

/** A token is renewed after this part of its life. */
const renewAt = 0.7
/** A page adds its filters one after the other; one token is fetched for all that come within this time. */
const gatherMs = 20
const minimumRenewalMs = 5_000

/** Renews the token of a connection, and widens it when filters are added. */
export class TokenKeeper {
  #token: PersonToken | null = null
  #granted = new Set<string>()
  #live = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #widening: Promise<void> | null = null

  constructor(private readonly options: TokenKeeperOptions) {}

  /** Fetches a token for a new connection. */
  async begin(): Promise<Access> {
    this.stop()
    await delay(gatherMs)
    return this.#fetch()
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

  /** Resolves when the token of the live connection covers all filters, or the connection is gone. */
  widen(): Promise<void> {
    if (this.#covers()) return Promise.resolve()
    this.#widening ??= this.#widenNow().finally(() => {
      this.#widening = null
    })
    return this.#widening
  }

  async #widenNow(): Promise<void> {
    for (let attempt = 0; this.#live && !this.#covers(); attempt += 1) {
      await delay(attempt === 0 ? gatherMs : retryDelayMs(attempt))
      if (this.#live && !(await this.#extend())) return
    }
  }

  /** False when the platform refuses a token for good; it ends the connection itself then. */
  async #extend(): Promise<boolean> {
    const clientId = this.#token?.clientId
    try {
      await this.#fetch(clientId)
    } catch (error) {
      return !(error instanceof RefusedError)
    }
    if (this.#live) this.#schedule()
    return true
  }

  async #fetch(clientId?: string): Promise<PersonToken> {
    const subscribe = this.options.filters()
    const token = await this.options.fetchToken(
      clientId === undefined ? { subscribe } : { clientId, subscribe },
    )
    this.#token = token
    this.#granted = new Set(subscribe)
    return token
  }

  #schedule(): void {
    const lifeMs = Date.parse(this.#token?.expiresAt ?? '') - Date.now()
    const delayMs = Math.max(minimumRenewalMs, lifeMs * renewAt)
    this.#renewIn(Number.isFinite(delayMs) ? delayMs : minimumRenewalMs, 0)
  }

  #renewIn(delayMs: number, attempt: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(async () => {
      const renewed = this.#token
      const useful = await this.#extend()
      if (useful && this.#live && this.#token === renewed) this.#renewIn(retryDelayMs(attempt), attempt + 1)
    }, delayMs)
  }

  #covers(): boolean {
    return this.options.filters().every((filter) => this.#granted.has(filter))
  }
}

const retryDelayMs = (attempt: number) => 500 + fullJitterMs(attempt, { baseMs: 1_000, maximumMs: 10_000 })

const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
