import type { MessageTiming } from '../../foundation/tracing/message-timing.js'

/** The device that a message came from, as its credential names it. */
export interface SourceDevice {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** What became of a message. Anything else than these two is undecided, and must not be acknowledged. */
export type IngestOutcome = { stored: true; samples: number } | { stored: false; refusal: Refusal }

/** Why a message is refused for good: sending it again would change nothing. */
export interface Refusal {
  code: 'payload_invalid' | 'timestamp_refused' | 'telemetry_dropped'
  detail: string
}

/** Whoever handed a message over. Exactly one of `decided` and `undecided` is called, once, perhaps at once. */
export interface IngestListener {
  /** Where the times of its way are noted, if anybody wants to know them. */
  readonly timing?: MessageTiming | null
  /** The store is away, so the message is not stored yet: whoever watches should see it now all the same. */
  early(): void
  decided(outcome: IngestOutcome): void
  undecided(error: UndecidedError): void
}

/** Thrown by a step that refuses a message for good. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(readonly refusal: Refusal) {
    super(refusal.detail)
  }
}

/** The store is away or too far behind: nobody knows yet what becomes of the message. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError'

  constructor(
    message: string,
    /** As `/metrics` counts it. */
    readonly reason: 'device_full' | 'organization_full' | 'full' | 'stopping' | 'slow',
  ) {
    super(message)
  }
}
