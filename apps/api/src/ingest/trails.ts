import { Inject, Injectable } from '@nestjs/common'
import { Histogram } from 'prom-client'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import type { TracedMessage } from '../tracing/ingest-tracer.js'
import { TRACING, type Tracing } from '../tracing/tracing.js'
import { MessageTrail, type TrailOutcome } from './message-trail.js'

const steps = ['checked', 'committed', 'settled'] as const

/** One message in so many is timed, beside those that are traced: enough for a histogram, and next to no work. */
const timeEvery = 8

/** Follows messages from arrival to acknowledgement and says how long each step took, in metrics and in traces. */
@Injectable()
export class Trails {
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
  ): MessageTrail | null {
    const isTimed = this.countdown === 0
    this.countdown = isTimed ? timeEvery - 1 : this.countdown - 1
    if (this.tracing === null) return isTimed ? new MessageTrail(awaited) : null
    const trail = new MessageTrail(awaited)
    const { ingest, http } = this.tracing
    const isTraced = ingest.receive(trail, { system, ...describe() }, http.context)
    return isTimed || isTraced ? trail : null
  }

  /** A batch with these messages is on the disk. */
  committed(trails: readonly MessageTrail[], batch: { messages: number; samples: number }): void {
    this.tracing?.ingest.committed(trails, batch)
  }

  /** It is known what becomes of the message. What is undecided or dropped ends here: nobody will hear of it. */
  decided(trail: MessageTrail | null, outcome: TrailOutcome): void {
    if (trail === null) return
    trail.outcome = outcome
    if (outcome === 'undecided' || outcome === 'dropped') this.end(trail)
    else trail.decidedAtMs = performance.now()
  }

  /** Its subscribers and its sender know, or do not wait to know. */
  settled(trail: MessageTrail | null): void {
    if (trail !== null && trail.decidedAtMs > 0) this.end(trail)
  }

  private end(trail: MessageTrail): void {
    if (trail.ended) return
    trail.ended = true
    const { receivedAtMs, checkedAtMs, committedAtMs, decidedAtMs, outcome } = trail
    const now = performance.now()
    if (checkedAtMs > 0) this.until.checked.observe((checkedAtMs - receivedAtMs) / 1_000)
    if (committedAtMs > 0) this.until.committed.observe((committedAtMs - receivedAtMs) / 1_000)
    if (trail.awaited && decidedAtMs > 0) this.until.settled.observe((now - receivedAtMs) / 1_000)
    this.tracing?.ingest.settled(trail, outcome ?? 'undecided', now)
  }
}
