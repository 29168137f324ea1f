import type { Access, LinkOptions } from './access.js'
import { type BackoffOptions, fullJitterMs } from './backoff.js'
import { type ConnectionState, initialState } from './connection-state.js'
import { RefusedError, toError } from './errors.js'
import { type IncomingMessage, type Link, openLink } from './link.js'
import { Watchdog } from './watchdog.js'

export interface ConnectionOptions {
  link: LinkOptions
  backoff: BackoffOptions
  /** How often a ping measures the round trip and looks for a dead connection. */
  pingIntervalMs: number
  /** The connection counts as dead when a ping gets no answer for this long. */
  pingTimeoutMs: number
  /** False when each attempt has a new credential, so that one refusal does not end the attempts. */
  refusalIsFinal: boolean
  /** The state changes from `reconnecting` to `offline` after this long. */
  offlineAfterMs: number
}

export interface ConnectionHooks {
  /** Gives address and credential before each attempt. A RefusedError ends the attempts. */
  access(): Promise<Access>
  onState(state: ConnectionState): void
  onLink(link: Link, access: Access): void
  onMessage(message: IncomingMessage): void
  /** The link is gone; messages that were sent over it and not acknowledged are undecided. */
  onLost(): void
}

/** A link that ends sooner counts as a failed attempt, so that two clients that take each other over slow down. */
const stableAfterMs = 10_000

/** Keeps one link up: reconnects with back-off and replaces a dead link, until it is refused or closed. */
export class Connection {
  #state = initialState(Date.now())
  #link: Link | null = null
  #watchdog: Watchdog | null = null
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #offlineTimer: ReturnType<typeof setTimeout> | undefined
  #attempting = false
  #failures = 0

  constructor(
    private readonly options: ConnectionOptions,
    private readonly hooks: ConnectionHooks,
  ) {}

  get state(): ConnectionState {
    return this.#state
  }

  get link(): Link | null {
    return this.#link
  }

  /** Connects at once, unless the connection is live, connecting already, or closed. */
  retry(): void {
    const { state } = this.#state
    if (state === 'closed' || state === 'live' || this.#attempting) return
    if (state === 'refused') {
      this.#failures = 0
      this.#change({ state: 'connecting', since: Date.now(), attempt: 0 })
    }
    void this.#attempt()
  }

  /** Connects at once, or checks by a ping whether a live connection still works. */
  wake(): void {
    if (this.#link !== null) this.#watchdog?.check()
    else if (this.#state.state !== 'refused') this.retry()
  }

  async close(): Promise<void> {
    if (this.#state.state === 'closed') return
    const link = this.#link
    this.#release()
    this.#clearTimers()
    this.#change({ state: 'closed', since: Date.now(), retryAt: null, latencyMs: null })
    await link?.end()
  }

  async #attempt(): Promise<void> {
    clearTimeout(this.#retryTimer)
    this.#attempting = true
    this.#change({ retryAt: null })
    try {
      const access = await this.hooks.access()
      if (this.#isClosed()) return
      await this.#open(access)
    } catch (thrown) {
      this.#failed(toError(thrown))
    } finally {
      this.#attempting = false
    }
  }

  async #open(access: Access): Promise<void> {
    // Messages and losses that come after CONNACK and before this function continues.
    const early: IncomingMessage[] = []
    let lostEarly: Error | null = null
    let opened = false
    const link = await openLink(access, this.options.link, {
      onMessage: (message) => (opened ? this.hooks.onMessage(message) : early.push(message)),
      onLost: (error) => {
        if (opened) this.#lost(error)
        else lostEarly = error ?? new Error('The connection was closed at once')
      },
    })
    opened = true
    if (this.#isClosed()) return link.drop()
    if (lostEarly !== null) throw lostEarly
    this.#link = link
    this.#watchdog = new Watchdog(link, this.options, {
      onLatency: (latencyMs) => this.#change({ latencyMs }),
      onDead: () => this.#lost(new Error('The platform stopped answering')),
    })
    clearTimeout(this.#offlineTimer)
    this.#offlineTimer = undefined
    this.#change({ state: 'live', since: Date.now(), retryAt: null, attempt: 0, lastError: null })
    this.hooks.onLink(link, access)
    for (const message of early) this.hooks.onMessage(message)
  }

  #lost(error: Error | null): void {
    if (this.#isClosed()) return
    const stable = this.#state.state === 'live' && Date.now() - this.#state.since >= stableAfterMs
    if (stable) this.#failures = 0
    this.#release()
    this.#away(error ?? new Error('The connection was lost'))
  }

  #failed(error: Error): void {
    if (this.#isClosed()) return
    // Without a reason code it was `access` that refused, before any connection.
    if (error instanceof RefusedError && (this.options.refusalIsFinal || error.reasonCode === null)) {
      this.#clearTimers()
      this.#change({ state: 'refused', since: Date.now(), retryAt: null, lastError: error })
    } else {
      this.#away(error)
    }
  }

  #away(error: Error): void {
    const { state } = this.#state
    const delayMs = fullJitterMs(this.#failures, this.options.backoff)
    this.#failures += 1
    const wasAway = state === 'reconnecting' || state === 'offline'
    this.#change({
      state: wasAway ? state : 'reconnecting',
      since: wasAway || state === 'connecting' ? this.#state.since : Date.now(),
      retryAt: Date.now() + delayMs,
      latencyMs: null,
      attempt: this.#failures,
      lastError: error,
    })
    this.#retryTimer = setTimeout(() => this.retry(), delayMs)
    this.#offlineTimer ??= setTimeout(() => this.#change({ state: 'offline' }), this.options.offlineAfterMs)
  }

  #release(): void {
    this.#watchdog?.stop()
    this.#watchdog = null
    if (this.#link === null) return
    this.#link.drop()
    this.#link = null
    this.hooks.onLost()
  }

  #clearTimers(): void {
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#offlineTimer)
    this.#offlineTimer = undefined
  }

  #isClosed(): boolean {
    return this.#state.state === 'closed'
  }

  #change(change: Partial<ConnectionState>): void {
    this.#state = { ...this.#state, ...change }
    this.hooks.onState(this.#state)
  }
}
