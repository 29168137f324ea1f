import type { Publisher, PublisherHold } from './back-pressure.js'
import { HoldCooldown } from './hold-cooldown.js'

/**
 * The host as a publisher. Its messages are delivered at once, as they are decided already. When a consumer is above its
 * high watermark with one, the host learns when that consumer has caught up, and can wait for it. Messages to other
 * consumers are not delayed.
 */
export class HostPublisher implements Publisher {
  readonly cooldown = new HoldCooldown()
  readonly #waiting = new Map<PublisherHold, (() => void)[]>()
  #heldBy: PublisherHold[] = []

  /** Delivers; resolves when no consumer holds the host for this message any more. */
  async publish(deliver: () => void): Promise<void> {
    this.#heldBy = []
    deliver()
    await Promise.all(this.#heldBy.map((hold) => this.#released(hold)))
  }

  hold(by: PublisherHold): void {
    this.#heldBy.push(by)
  }

  release(by: PublisherHold): void {
    const waiting = this.#waiting.get(by) ?? []
    this.#waiting.delete(by)
    for (const resolve of waiting) resolve()
  }

  #released(hold: PublisherHold): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(hold)
      if (waiting) waiting.push(resolve)
      else this.#waiting.set(hold, [resolve])
    })
  }
}
