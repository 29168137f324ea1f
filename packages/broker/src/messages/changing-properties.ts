import type { Annotations } from './annotations.js'

/** What of a message's properties changes on its way. Most messages have nothing of it. */
export interface ChangingProperties {
  /** Time of the monotonic clock at which it expires; `Infinity` for never. */
  readonly expiresAtMs: number
  /** Where, from the beginning of the property section, the message expiry interval is. */
  readonly expiryOffset: number
  annotations: Annotations
}

/** What is left of a message's expiry interval, in seconds (MQTT 5, section 3.3.2.3.3). */
export function remainingSeconds(expiresAtMs: number): number {
  return Math.max(0, Math.ceil((expiresAtMs - performance.now()) / 1_000))
}
