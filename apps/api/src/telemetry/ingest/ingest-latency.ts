import { Inject, Injectable } from '@nestjs/common'
import { Histogram } from 'prom-client'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import type { TracedMessage } from '../../foundation/tracing/ingest-tracer.js'
import { type Delivery, type MessageOutcome, MessageTiming } from '../../foundation/tracing/message-timing.js'
import { TRACING, type Tracing } from '../../foundation/tracing/tracing.js'

const steps = ['checked', 'committed', 'acknowledged'] as const

/** One message in eight is timed, beside those that are traced: enough for a histogram, and next to no work. */
const timeEvery = 8

/** Measures how long messages take from their arrival to each step of their way, for metrics and traces. */
@Injectable()
export class IngestLatency {
  private readonly until: Record<(typeof steps)[number], { observe(seconds: number): void }>
  private countdown = 0

  constructor(
    metrics: MetricsRegistry,
    @Inject(TRACING) private readonly tracing: Tracing | null,
  ) {
    const histogram = new Histogram({
      name: 'heliograph_ingest_latency_seconds',
      help: 'Time from the arrival of a telemetry message until it is checked, committed, acknowledged (and passed on to its subscribers); of one message in eight',
      labelNames: ['until'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [metrics.registry],
    })
    const of = (until: (typeof steps)[number]) => histogram.labels({ until })
    this.until = { checked: of('checked'), committed: of('committed'), acknowledged: of('acknowledged') }
  }

  /** Begins to time a message; null when this one is not timed. `describe` is called only if it may be traced. */
  begin(
    system: TracedMessage['system'],
    delivery: Delivery,
    describe: () => Omit<TracedMessage, 'system'>,
  ): MessageTiming | null {
    const isTimed = this.countdown === 0
    this.countdown = isTimed ? timeEvery - 1 : this.countdown - 1
    if (this.tracing === null) return isTimed ? new MessageTiming(delivery) : null
    const timing = new MessageTiming(delivery)
    const { ingest, http } = this.tracing
    const isTraced = ingest.receive(timing, { system, ...describe() }, http.context)
    return isTimed || isTraced ? timing : null
  }

  /** Notes that a batch with these messages is committed. */
  committed(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void {
    this.tracing?.ingest.committed(timings, batch)
  }

  /** Notes how a message was decided. One that is undecided or dropped ends here, because it is never acknowledged. */
  decided(timing: MessageTiming | null, outcome: MessageOutcome): void {
    if (timing === null || timing.state.step === 'ended') return
    if (outcome === 'undecided' || outcome === 'dropped') this.end(timing, outcome)
    else timing.state = { step: 'decided', outcome, decidedAtMs: performance.now() }
  }

  /** Notes that a message was passed on to its subscribers and acknowledged, or that its sender wants no acknowledgement. */
  acknowledged(timing: MessageTiming | null): void {
    if (timing?.state.step === 'decided') this.end(timing, timing.state.outcome)
  }

  private end(timing: MessageTiming, outcome: MessageOutcome): void {
    const { receivedAtMs, checkedAtMs, commit, state, delivery } = timing
    if (state.step === 'ended') return
    const nowMs = performance.now()
    if (checkedAtMs !== null) this.until.checked.observe((checkedAtMs - receivedAtMs) / 1_000)
    if (commit !== null) this.until.committed.observe((commit.committedAtMs - receivedAtMs) / 1_000)
    if (delivery === 'acknowledged' && state.step === 'decided')
      this.until.acknowledged.observe((nowMs - receivedAtMs) / 1_000)
    this.tracing?.ingest.ended(timing, outcome, nowMs)
    timing.state = { step: 'ended' }
  }
}
