import type { Span } from '@opentelemetry/api'

export type MessageOutcome = 'stored' | 'refused' | 'dropped' | 'undecided'

/** When a message that somebody follows passed the steps of its way, by `performance.now()`; 0: it has not. */
export class MessageTiming {
  readonly receivedAtMs = performance.now()
  checkedAtMs = 0
  /** When its batch was closed. */
  closedAtMs = 0
  committedAtMs = 0
  decidedAtMs = 0
  outcome: MessageOutcome | null = null
  ended = false
  /** Null: it is followed for the metrics alone. */
  span: Span | null = null

  /** `awaited`: its sender waits for an acknowledgement, and its subscribers for the commit. */
  constructor(readonly awaited: boolean) {}
}
