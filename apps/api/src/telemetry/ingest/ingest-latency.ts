import { Inject, Injectable } from '@nestjs/common'
import { Histogram } from 'prom-client'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import type { TracedMessage } from '../../foundation/tracing/ingest-tracer.js'
import { type MessageOutcome, MessageTiming } from '../../foundation/tracing/message-timing.js'
import { TRACING, type Tracing } from '../../foundation/tracing/tracing.js'

const steps = ['checked', 'committed', 'settled'] as const

/** One message in so many is timed, beside those that are traced: enough for a histogram, and next to no work. */
const timeEvery = 8

/** Follows messages from arrival to acknowledgement and says how long each step took, in metrics and in traces. */
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
      help: 'Time from the arrival of a telemetry message until it is checked, committed, settled (handed to its subscribers and acknowledged); of one message in eight',
      labelNames: ['until'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [metrics.registry],
    })
    const of = (until: (typeof steps)[number]) => histogram.labels({ until })
    this.until = { checked: of('checked'), committed: of('committed'), settled: of('settled') }
  }

  /** Null: nobody follows this one. `describe` is asked only when a trace may be made of it. */
  begin(
    system: TracedMessage['system'],
    describe: () => Omit<TracedMessage, 'system'>,
    awaited = true,
  ): MessageTiming | null {
    const isTimed = this.countdown === 0
    this.countdown = isTimed ? timeEvery - 1 : this.countdown - 1
    if (this.tracing === null) return isTimed ? new MessageTiming(awaited) : null
    const timing = new MessageTiming(awaited)
    const { ingest, http } = this.tracing
    const isTraced = ingest.receive(timing, { system, ...describe() }, http.context)
    return isTimed || isTraced ? timing : null
  }

  /** A batch with these messages is on the disk. */
  committed(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void {
    this.tracing?.ingest.committed(timings, batch)
  }

  /** It is known what becomes of the message. What is undecided or dropped ends here: nobody will hear of it. */
  decided(timing: MessageTiming | null, outcome: MessageOutcome): void {
    if (timing === null) return
    timing.outcome = outcome
    if (outcome === 'undecided' || outcome === 'dropped') this.end(timing)
    else timing.decidedAtMs = performance.now()
  }

  /** Its subscribers and its sender know, or do not wait to know. */
  settled(timing: MessageTiming | null): void {
    if (timing !== null && timing.decidedAtMs > 0) this.end(timing)
  }

  private end(timing: MessageTiming): void {
    if (timing.ended) return
    timing.ended = true
    const { receivedAtMs, checkedAtMs, committedAtMs, decidedAtMs, outcome } = timing
    const now = performance.now()
    if (checkedAtMs > 0) this.until.checked.observe((checkedAtMs - receivedAtMs) / 1_000)
    if (committedAtMs > 0) this.until.committed.observe((committedAtMs - receivedAtMs) / 1_000)
    if (timing.awaited && decidedAtMs > 0) this.until.settled.observe((now - receivedAtMs) / 1_000)
    this.tracing?.ingest.settled(timing, outcome ?? 'undecided', now)
  }
}
