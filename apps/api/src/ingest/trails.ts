import { Inject, Injectable } from '@nestjs/common'
import { Histogram } from 'prom-client'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import type { TracedMessage } from '../tracing/ingest-tracer.js'
import { TRACING, type Tracing } from '../tracing/tracing.js'
import { MessageTrail } from './message-trail.js'

const steps = ['checked', 'committed', 'settled'] as const

/** Follows messages from their arrival to their acknowledgement, and says how long each step took: metrics and traces. */
@Injectable()
export class Trails {
  private readonly until: Record<(typeof steps)[number], { observe(seconds: number): void }>

  constructor(
    metrics: MetricsRegistry,
    @Inject(TRACING) private readonly tracing: Tracing | null,
  ) {
    const histogram = new Histogram({
      name: 'heliograph_ingest_latency_seconds',
      help: 'Time from the arrival of a telemetry message until it is checked, committed, settled (handed to its subscribers and acknowledged)',
      labelNames: ['until'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers: [metrics.registry],
    })
    const of = (until: (typeof steps)[number]) => histogram.labels({ until })
    this.until = { checked: of('checked'), committed: of('committed'), settled: of('settled') }
  }

  /** `describe` is asked only when somebody may trace it. */
  begin(describe: () => TracedMessage, { awaited } = { awaited: true }): MessageTrail {
    const trail = new MessageTrail(awaited)
    this.tracing?.ingest.receive(trail, describe(), this.tracing.http.context)
    return trail
  }

  /** A batch is on the disk. */
  committed(trails: readonly MessageTrail[], rows: number): void {
    this.tracing?.ingest.committed(trails, rows)
  }

  /** It is known what becomes of the message; what is undecided ends here, because nobody will hear of it. */
  decided(trail: MessageTrail, outcome: NonNullable<MessageTrail['outcome']>): void {
    trail.outcome = outcome
    if (outcome === 'undecided' || outcome === 'dropped') this.end(trail)
    else trail.decidedAtMs = performance.now()
  }

  /** Its subscribers and its sender know, or nobody waits to know. */
  settled(trail: MessageTrail): void {
    if (trail.decidedAtMs > 0) this.end(trail)
  }

  private end(trail: MessageTrail): void {
    if (trail.ended) return
    trail.ended = true
    const { awaited, receivedAtMs, checkedAtMs, committedAtMs, outcome } = trail
    const now = performance.now()
    if (checkedAtMs > 0) this.until.checked.observe((checkedAtMs - receivedAtMs) / 1_000)
    if (committedAtMs > 0) this.until.committed.observe((committedAtMs - receivedAtMs) / 1_000)
    if (awaited && trail.decidedAtMs > 0) this.until.settled.observe((now - receivedAtMs) / 1_000)
    this.tracing?.ingest.settled(trail, outcome ?? 'undecided', now)
  }
}
