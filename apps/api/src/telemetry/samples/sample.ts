import type { MessageTiming } from '../../foundation/tracing/message-timing.js'

/** The device that a message came from, as its credential names it. */
export interface SourceDevice {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** How a message was decided. While it is neither stored nor refused it is undecided and must not be acknowledged. */
export type IngestOutcome = { stored: true; samples: number } | { stored: false; refusal: Refusal }

/** Why a message is refused for good: sending it again would change nothing. */
export interface Refusal {
  code:
    | 'payload_invalid'
    | 'timestamp_refused'
    | 'telemetry_dropped'
    | 'telemetry_set_aside'
    | 'too_many_samples'
    | 'too_many_corrections'
    | 'quota'
  detail: string
  /** Whether the payload is not even JSON in UTF-8. */
  malformed?: boolean
}

/** Called about one message. Exactly one of `decided` and `undecided` is called, once, perhaps before `ingest` returns. */
export interface IngestListener {
  /** Where the times of the message are noted, if it is timed. */
  readonly timing?: MessageTiming | null
  /** Samples of the message have a time of a clock that is not set, in epoch milliseconds. They get that of their arrival. */
  clockNotSet?(ts: number): void
  /**
   * The message will be stored, unless its commit refuses it. `assignedUs` is the time that its first sample without a time got,
   * in microseconds since 1970; each that follows is a microsecond later. Null: every sample has its own.
   */
  accepted?(assignedUs: number | null): void
  /** The commit of the message is delayed, because the store is behind or away: subscribers should get it now. */
  delayed(): void
  decided(outcome: IngestOutcome): void
  undecided(error: UndecidedError): void
}

/** Thrown by a step that refuses a message. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(readonly refusal: Refusal) {
    super(refusal.detail)
  }
}

/** The store is away or too far behind: it is not known whether the message will be stored. */
export class UndecidedError extends Error {
  override readonly name = 'UndecidedError'

  constructor(
    message: string,
    /** The label by which `/metrics` counts it. */
    readonly reason: 'device_full' | 'organization_full' | 'full' | 'stopping' | 'slow',
  ) {
    super(message)
  }
}
