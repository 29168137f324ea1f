/** The platform refused a connection or a message for good: the same again would be refused again. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(
    message: string,
    /**
     * MQTT 5, section 2.4, as in CONNACK (0x86: wrong user name or password) and PUBACK (0x99: invalid payload, 0x87: topic not
     * allowed, 0x97: quota); null when the refusal came with neither.
     */
    readonly reasonCode: number | null = null,
    /** What the platform said about it, in words; null when it said nothing. */
    readonly reasonString: string | null = null,
  ) {
    super(message)
  }
}

/** A message was dropped from the full offline buffer, to make room for newer ones. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError'
}

/** `close()` was called before the operation was complete. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'

  constructor() {
    super('The connection is closed')
  }
}

/** The platform denied a subscription to a topic filter. */
export class SubscriptionDeniedError extends Error {
  override readonly name = 'SubscriptionDeniedError'

  constructor(readonly filter: string) {
    super(`Not allowed to subscribe to ${filter}`)
  }
}

/** Turns a thrown value into an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
