/** The platform refused a connection for good: trying again with the same credential is of no use. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(
    message: string,
    /** MQTT 3.1.1, 3.2.2.3: 1 protocol, 2 client id, 4 user name or password, 5 not authorized; null when no CONNACK said it. */
    readonly returnCode: number | null = null,
  ) {
    super(message)
  }
}

/** A message left the offline buffer unsent, because newer ones needed its place. */
export class DroppedError extends Error {
  override readonly name = 'DroppedError'
}

/** The connection was closed by its owner before this was done. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError'

  constructor() {
    super('The connection is closed')
  }
}

/** The platform does not let this connection read a topic filter. */
export class SubscriptionDeniedError extends Error {
  override readonly name = 'SubscriptionDeniedError'

  constructor(readonly filter: string) {
    super(`Not allowed to subscribe to ${filter}`)
  }
}

/** What was thrown, as an Error. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
