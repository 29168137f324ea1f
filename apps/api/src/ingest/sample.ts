/** The device that a message came from, as its credential names it. */
export interface SourceDevice {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** One value, ready to be stored: a number as such, everything else as JSON text. */
export interface Sample {
  key: string
  /** Microseconds since 1970. Below 2^53: what is over a day ahead of the clock is refused before. */
  tsUs: number
  number: number | null
  json: string | null
}

/** What became of a message. Anything else than these two is undecided, and must not be acknowledged. */
export type IngestOutcome = { stored: true; samples: number } | { stored: false; refusal: Refusal }

/** Why a message is refused for good: sending it again would change nothing. */
export interface Refusal {
  code: 'payload_invalid' | 'timestamp_refused' | 'telemetry_dropped'
  detail: string
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
}
