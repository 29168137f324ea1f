import {
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { MessageTiming } from './message-timing.js'

/** What the span of a message says of it: where it went and how large it was, never what it said. */
export interface TracedMessage {
  /** `mqtt` or `http`. */
  system: 'mqtt' | 'http'
  topic: string
  clientId: string
  organization: string
  payloadBytes: number
  /** Of MQTT. */
  qos?: number
}

const template = '{org}/devices/{device}/telemetry'

/**
 * Spans of telemetry from publish to commit and acknowledgement, by OpenTelemetry's conventions for messaging:
 *
 *     receive ─┬─ check
 *              ├─ store ⋯⋯ linked with ⋯⋯ commit (the batch; linked with each traced message in it)
 *              └─ settle (handed to its subscribers, acknowledged)
 *
 * They are made of times that were noted on the way, so that a message that is not traced costs one decision.
 */
export class IngestTracer {
  constructor(private readonly tracer: Tracer) {}

  /** Begins the trace of a message, or decides that there is none; says which. */
  receive(timing: MessageTiming, message: TracedMessage, parent: Context = ROOT_CONTEXT): boolean {
    const span = this.tracer.startSpan(
      `receive ${template}`,
      { kind: SpanKind.CONSUMER, startTime: epochMs(timing.receivedAtMs) },
      parent,
    )
    if (!span.isRecording()) return false
    span.setAttributes({
      'messaging.system': message.system,
      'messaging.operation.name': 'receive',
      'messaging.operation.type': 'receive',
      'messaging.destination.name': message.topic,
      'messaging.destination.template': template,
      'messaging.client.id': message.clientId,
      'messaging.message.body.size': message.payloadBytes,
      ...(message.qos === undefined ? {} : { 'heliograph.mqtt.qos': message.qos }),
      'heliograph.organization': message.organization,
    })
    timing.span = span
    return true
  }

  /** The commit of a batch: a part of the first traced message's trace, linked with every traced message. */
  committed(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void {
    const traced = timings.filter((timing) => timing.span !== null)
    const [first] = traced
    if (!first?.span) return
    const links: Link[] = traced.flatMap(({ span }) => (span === null ? [] : { context: span.spanContext() }))
    const span = this.tracer.startSpan(
      'commit telemetry',
      {
        kind: SpanKind.CLIENT,
        startTime: epochMs(first.closedAtMs),
        links,
        attributes: {
          'db.system.name': 'postgresql',
          'db.operation.name': 'INSERT',
          'db.collection.name': 'telemetry.sample',
          'messaging.batch.message_count': batch.messages,
          'heliograph.batch.samples': batch.samples,
        },
      },
      trace.setSpan(ROOT_CONTEXT, first.span),
    )
    span.end(epochMs(first.committedAtMs))
    for (const timing of traced) this.stored(timing, span)
  }

  /** The end of a message's trace: how it was decided, and that its sender and its subscribers know. */
  settled({ span, ...times }: MessageTiming, outcome: string, settledAtMs: number): void {
    if (span === null) return
    const { awaited, receivedAtMs, checkedAtMs, decidedAtMs } = times
    this.child(span, 'check', receivedAtMs, checkedAtMs)
    if (awaited && decidedAtMs > 0)
      this.child(span, `settle ${template}`, decidedAtMs, settledAtMs, {
        'messaging.operation.type': 'settle',
      })
    span.setAttribute('heliograph.outcome', outcome)
    if (outcome === 'undecided' || outcome === 'dropped') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(epochMs(settledAtMs))
  }

  private stored({ span, checkedAtMs, committedAtMs }: MessageTiming, batch: Span): void {
    if (span === null) return
    const context = trace.setSpan(ROOT_CONTEXT, span)
    const links = [{ context: batch.spanContext() }]
    this.tracer
      .startSpan('store', { startTime: epochMs(checkedAtMs), links }, context)
      .end(epochMs(committedAtMs))
  }

  private child(parent: Span, name: string, from: number, to: number, attributes = {}): void {
    this.tracer
      .startSpan(name, { startTime: epochMs(from), attributes }, trace.setSpan(ROOT_CONTEXT, parent))
      .end(epochMs(to))
  }
}

/** Of a time by `performance.now()`. */
function epochMs(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs
}
