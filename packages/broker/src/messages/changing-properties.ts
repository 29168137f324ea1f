/** What of a message's properties changes on its way. Most messages have nothing of it. */
export interface ChangingProperties {
  /** Time of the monotonic clock at which it expires; `Infinity` for never. */
  readonly expiresAtMs: number
  /** Where, from the beginning of the property section, the message expiry interval is. */
  readonly expiryOffset: number
  /** User properties that the host added, encoded; they are sent behind the client's own. */
  annotations: Buffer
}

export const noAnnotations = Buffer.alloc(0)

/** What is left of a message's expiry interval, in seconds (MQTT 5, section 3.3.2.3.3). */
export function remainingSeconds(expiresAtMs: number): number {
  return Math.max(0, Math.ceil((expiresAtMs - performance.now()) / 1_000))
}
