import type { PublishDecision } from '@heliograph/broker'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import type { IngestListener, IngestOutcome, UndecidedError } from '../../telemetry/samples/sample.js'
import type { DeviceClient } from '../connections/connection-principal.js'

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
 * without functions of its own, and does not keep the message.
 */
export class UnacknowledgedPublish implements IngestListener {
  /** As of when `ingest` returns. */
  decision: PublishDecision = 'forward'

  constructor(
    private readonly handler: TelemetryHandler,
    private readonly client: DeviceClient,
    private readonly topic: string,
    readonly timing: MessageTiming | null,
  ) {}

  clockNotSet(ts: number): void {
    this.handler.clockNotSet(this.client, this.topic, ts)
  }

  /** Subscribers have it already. */
  delayed(): void {}

  decided(outcome: IngestOutcome): void {
    this.decision = this.handler.conclude(this.client, this.topic, outcome, this.timing)
    this.handler.passed(this.timing)
  }

  undecided(error: UndecidedError): void {
    this.handler.dropped(this.client, error, this.timing)
  }
}
