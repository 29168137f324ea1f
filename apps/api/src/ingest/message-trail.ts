import type { Span } from '@opentelemetry/api'

/** When a message passed the steps of its way, by `performance.now()`; 0: it has not, or will not. */
export class MessageTrail {
  readonly receivedAtMs = performance.now()
  checkedAtMs = 0
  /** When its batch was closed. */
  closedAtMs = 0
  committedAtMs = 0
  decidedAtMs = 0
  outcome: 'stored' | 'refused' | 'dropped' | 'undecided' | null = null
  ended = false
  /** Null: nobody traces it. */
  span: Span | null = null

  /** `awaited`: its sender waits for an acknowledgement, and its subscribers for the commit. */
  constructor(readonly awaited: boolean) {}
}
