import type { Link } from './link.js'

export interface WatchdogOptions {
  pingIntervalMs: number
  pingTimeoutMs: number
}

export interface WatchdogHooks {
  onLatency(latencyMs: number): void
  onDead(): void
}

/**
 * Pings a link, measures the round trip, and reports a dead link. MQTT's keep alive finds no dead link
 * while a client keeps sending, because each packet that it writes puts its ping off.
 */
export class Watchdog {
  #interval: ReturnType<typeof setInterval>
  #timeout: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(
    private readonly link: Pick<Link, 'ping' | 'lastReceivedAt'>,
    private readonly options: WatchdogOptions,
    private readonly hooks: WatchdogHooks,
  ) {
    this.#interval = setInterval(() => this.check(), options.pingIntervalMs)
    this.check()
  }

  check(): void {
    if (this.#timeout !== undefined) return
    const askedAt = performance.now()
    this.#timeout = setTimeout(() => {
      this.#timeout = undefined
      // Any packet that arrived since shows that the link works.
      if (this.link.lastReceivedAt < askedAt) this.hooks.onDead()
    }, this.options.pingTimeoutMs)
    void this.link.ping().then((latencyMs) => {
      clearTimeout(this.#timeout)
      this.#timeout = undefined
      if (!this.#stopped) this.hooks.onLatency(latencyMs)
    })
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#interval)
    clearTimeout(this.#timeout)
  }
}
