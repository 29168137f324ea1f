import type { PublishDecision, PublishedMessage } from '@heliograph/broker'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import type { IngestListener, IngestOutcome, UndecidedError } from '../../telemetry/samples/sample.js'
import type { DeviceClient } from '../connections/connection-principal.js'
import { annotateNotStored, annotateTime } from './annotate-stored.js'

/** What the sender of a message has to do when ingest tells of it. */
export interface TelemetryHandler {
  conclude(
    client: DeviceClient,
    topic: string,
    outcome: IngestOutcome,
    timing: MessageTiming | null,
  ): PublishDecision
  passed(timing: MessageTiming | null): void
  clockNotSet(client: DeviceClient, topic: string, ts: number): void
  dropped(client: DeviceClient, error: UndecidedError, timing: MessageTiming | null): void
}

/**
 * A message at QoS 0, which its subscribers get at once. There is one for each that waits for its commit, so it is one object
 * without functions of its own, and does not keep the message once that was passed on.
 */
export class UnacknowledgedPublish implements IngestListener {
  private decision: PublishDecision = 'forward'
  private readonly topic: string
  /** Null when subscribers have it. */
  private message: PublishedMessage | null

  constructor(
    private readonly handler: TelemetryHandler,
    private readonly client: DeviceClient,
    message: PublishedMessage,
    readonly timing: MessageTiming | null,
  ) {
    this.topic = message.topic
    this.message = message
  }

  /** The decision as of when `ingest` returns. Later ones have nothing to do with the message, which is passed on now. */
  forward(): PublishDecision {
    this.message = null
    return this.decision
  }

  clockNotSet(ts: number): void {
    this.handler.clockNotSet(this.client, this.topic, ts)
  }

  accepted(assignedUs: number | null): void {
    if (this.message !== null) annotateTime(this.message, assignedUs)
  }

  /** Subscribers have it already. */
  delayed(): void {}

  decided(outcome: IngestOutcome): void {
    this.decision = this.handler.conclude(this.client, this.topic, outcome, this.timing)
    this.handler.passed(this.timing)
  }

  undecided(error: UndecidedError): void {
    if (this.message !== null) annotateNotStored(this.message)
    this.handler.dropped(this.client, error, this.timing)
  }
}
