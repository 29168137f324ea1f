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
 * Pings a link, measures the round trip, and tells when it is dead. MQTT's own keep alive does not
 * notice that on a client that keeps sending: each packet written puts its ping off.
 */
export class Watchdog {
  #interval: ReturnType<typeof setInterval>
  #timeout: ReturnType<typeof setTimeout> | undefined
  #stopped = false

  constructor(
    private readonly link: Link,
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
      // Anything else that arrived meanwhile is as good a sign of life.
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
