import type { Crowd, Source } from './fairness/back-pressure.js'
import { Tolerance } from './fairness/tolerance.js'

/**
 * The host as a publisher. What it publishes goes out at once, and is decided already; when that goes to somebody who is
 * far behind, it learns when they have caught up, and so can wait for that. Whoever else it publishes to is not delayed.
 */
export class HostSource implements Source {
  readonly tolerance = new Tolerance()
  readonly #waiting = new Map<Crowd, (() => void)[]>()
  #heldBy: Crowd[] = []

  /** Delivers; resolves when nobody it went to is too far behind any more, or is not waited for. */
  async publish(deliver: () => void): Promise<void> {
    this.#heldBy = []
    deliver()
    await Promise.all(this.#heldBy.map((crowd) => this.#released(crowd)))
  }

  hold(by: Crowd): void {
    this.#heldBy.push(by)
  }

  letGo(by: Crowd): void {
    const waiting = this.#waiting.get(by) ?? []
    this.#waiting.delete(by)
    for (const resolve of waiting) resolve()
  }

  #released(crowd: Crowd): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(crowd)
      if (waiting) waiting.push(resolve)
      else this.#waiting.set(crowd, [resolve])
    })
  }
}
