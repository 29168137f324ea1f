import type { Span } from '@opentelemetry/api'

/** Whether the sender of a message gets an acknowledgement: over HTTP and with QoS 1 and 2 it does, with QoS 0 not. */
export type Delivery = 'acknowledged' | 'unacknowledged'

export type MessageOutcome = 'stored' | 'refused' | 'dropped' | 'undecided'

/** A message that is stored or refused is `decided` until its acknowledgement is sent; then it has `ended`. */
type TimingState =
  | { step: 'received' }
  | { step: 'decided'; outcome: MessageOutcome; decidedAtMs: number }
  | { step: 'ended' }

/**
 * When a message passed the steps of its way, in milliseconds by `performance.now()`: received, checked, committed,
 * decided, acknowledged. Null: it has not passed that step.
 */
export class MessageTiming {
  readonly receivedAtMs = performance.now()
  checkedAtMs: number | null = null
  commit: { startedAtMs: number; committedAtMs: number } | null = null
  state: TimingState = { step: 'received' }
  /** Null: the message is timed for the metrics alone. */
  span: Span | null = null

  constructor(readonly delivery: Delivery) {}
}
