/** The platform refused a connection for good: the same credential would be refused again. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(
    message: string,
    /** MQTT 3.1.1, 3.2.2.3: 1 protocol, 2 client id, 4 user name or password, 5 not authorized; null when the refusal did not come with CONNACK. */
    readonly returnCode: number | null = null,
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
