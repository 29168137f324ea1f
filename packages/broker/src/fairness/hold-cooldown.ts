/**
 * Exempts a publisher from holds after one of them timed out. For a while it is not held by consumers that have yet to
 * prove themselves, nor by any other if the consumer of the timed-out hold was proven. So a client that subscribes only
 * to delay publishers succeeds seldom and briefly.
 */
export class HoldCooldown {
  #unprovenUntilMs = 0
  #provenUntilMs = 0

  /** Whether a consumer, proven or not, may hold this publisher. */
  allows(proven: boolean, nowMs: number): boolean {
    return nowMs >= (proven ? this.#provenUntilMs : this.#unprovenUntilMs)
  }

  /** A hold timed out. */
  start(proven: boolean, nowMs: number): void {
    this.#unprovenUntilMs = nowMs + unprovenCooldownMs
    if (proven) this.#provenUntilMs = nowMs + provenCooldownMs
  }
}

const unprovenCooldownMs = 20_000
const provenCooldownMs = 5_000
