import type { Core } from '../core/core.js'
import type { ClientInfo } from '../interface/types.js'

/** Counts the messages dropped for one client, so that there is one event a second at most. */
export class DropReport<P> {
  readonly #core: Core<P>
  readonly #client: ClientInfo<P>
  #count = 0
  #topic = ''
  #reportedAtMs = 0

  constructor(core: Core<P>, client: ClientInfo<P>) {
    this.#core = core
    this.#client = client
  }

  add(topic: string): void {
    this.#count++
    this.#topic = topic
  }

  /** Called a few times a second. */
  sweep(nowMs: number): void {
    if (nowMs - this.#reportedAtMs > leastIntervalMs) this.flush(nowMs)
  }

  flush(nowMs: number): void {
    if (this.#count === 0) return
    const event = { client: this.#client, reason: 'slow_consumer', topic: this.#topic } as const
    this.#core.events.emit('dropped', { ...event, count: this.#count })
    this.#count = 0
    this.#reportedAtMs = nowMs
  }
}

const leastIntervalMs = 1_000
