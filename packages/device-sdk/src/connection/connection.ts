import type { Access, LinkOptions } from './access.js'
import { type BackoffOptions, fullJitterMs } from './backoff.js'
import { type ConnectionState, initialState } from './connection-state.js'
import { RefusedError, toError } from './errors.js'
import { type IncomingMessage, type Link, openLink } from './link.js'
import { Watchdog } from './watchdog.js'

export interface ConnectionOptions {
  link: LinkOptions
  backoff: BackoffOptions
  /** How often the round trip is measured, and a dead connection noticed. */
  pingIntervalMs: number
  /** How long the answer to a ping may take before the connection counts as dead. */
  pingTimeoutMs: number
  /** False where each attempt has a credential of its own, so that a refused one says nothing of the next. */
  refusalIsFinal: boolean
  /** After how long an absence is called `offline` and no longer `reconnecting`. */
  offlineAfterMs: number
}

export interface ConnectionHooks {
  /** Where and as whom to connect, asked before each attempt. A RefusedError ends the attempts. */
  access(): Promise<Access>
  onState(state: ConnectionState): void
  onLink(link: Link, access: Access): void
  onMessage(message: IncomingMessage): void
  /** The link is gone: what was sent over it and not acknowledged is undecided. */
  onLost(): void
}

/** A shorter link counts as a failed attempt, so that two clients that take each other over slow down. */
const stableAfterMs = 10_000

/** Keeps one link up: attempts with back-off, notices a dead one, gives up only when refused or closed. */
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

  /** Tries at once, unless it is live, trying already, or closed. */
  retry(): void {
    const { state } = this.#state
    if (state === 'closed' || state === 'live' || this.#attempting) return
    if (state === 'refused') {
      this.#failures = 0
      this.#change({ state: 'connecting', since: Date.now(), attempt: 0 })
    }
    void this.#attempt()
  }

  /** The person or the network is back: tries at once, and doubts a connection that seems live. */
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
    // What happens between CONNACK and the moment in which this function goes on.
    const early: IncomingMessage[] = []
    let lostEarly: Error | null = null
    let settled = false
    const link = await openLink(access, this.options.link, {
      onMessage: (message) => (settled ? this.hooks.onMessage(message) : early.push(message)),
      onLost: (error) => {
        if (settled) this.#lost(error)
        else lostEarly = error ?? new Error('The connection was closed at once')
      },
    })
    settled = true
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
    // Without a return code it is not the connection that was refused but access as such.
    if (error instanceof RefusedError && (this.options.refusalIsFinal || error.returnCode === null)) {
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
