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
import type { MessageOutcome, MessageTiming } from './message-timing.js'

/** The facts of a message that its span has: its topic and its size, never its payload. */
export interface TracedMessage {
  /** `mqtt` or `http`. */
  system: 'mqtt' | 'http'
  topic: string
  clientId: string
  organization: string
  payloadBytes: number
  /** MQTT only. */
  qos?: number
}

const template = '{org}/devices/{device}/telemetry'

/**
 * Spans of telemetry from publish to commit and acknowledgement, by OpenTelemetry's conventions for messaging:
 *
 *     receive ─┬─ check
 *              ├─ store ⋯⋯ linked with ⋯⋯ commit (the batch; linked with each traced message in it)
 *              └─ settle (passed on to its subscribers, acknowledged)
 *
 * Spans are made at the end from the noted times, so that a message that is not traced costs one decision.
 */
export class IngestTracer {
  constructor(private readonly tracer: Tracer) {}

  /** Begins the trace of a message, unless it is not sampled; returns whether it is traced. */
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

  /** Makes the span of a batch's commit: a part of the first traced message's trace, linked with every traced message. */
  committed(timings: readonly MessageTiming[], batch: { messages: number; samples: number }): void {
    const traced = timings.filter((timing) => timing.span !== null)
    const [first] = traced
    if (!first?.span || first.commit === null) return
    const links: Link[] = traced.flatMap(({ span }) => (span === null ? [] : { context: span.spanContext() }))
    const span = this.tracer.startSpan(
      'commit telemetry',
      {
        kind: SpanKind.CLIENT,
        startTime: epochMs(first.commit.startedAtMs),
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
    span.end(epochMs(first.commit.committedAtMs))
    for (const timing of traced) this.stored(timing, span)
  }

  /** Ends the trace of a message, after its acknowledgement if it gets one. */
  ended({ span, state, ...timing }: MessageTiming, outcome: MessageOutcome, endedAtMs: number): void {
    if (span === null) return
    const { delivery, receivedAtMs, checkedAtMs } = timing
    if (checkedAtMs !== null) this.child(span, 'check', receivedAtMs, checkedAtMs)
    if (delivery === 'acknowledged' && state.step === 'decided')
      this.child(span, `settle ${template}`, state.decidedAtMs, endedAtMs, {
        'messaging.operation.name': 'settle',
        'messaging.operation.type': 'settle',
      })
    span.setAttribute('heliograph.outcome', outcome)
    if (outcome === 'undecided' || outcome === 'dropped') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(epochMs(endedAtMs))
  }

  private stored({ span, checkedAtMs, commit }: MessageTiming, batch: Span): void {
    if (span === null || checkedAtMs === null || commit === null) return
    const context = trace.setSpan(ROOT_CONTEXT, span)
    const links = [{ context: batch.spanContext() }]
    this.tracer
      .startSpan('store', { startTime: epochMs(checkedAtMs), links }, context)
      .end(epochMs(commit.committedAtMs))
  }

  private child(parent: Span, name: string, from: number, to: number, attributes = {}): void {
    this.tracer
      .startSpan(name, { startTime: epochMs(from), attributes }, trace.setSpan(ROOT_CONTEXT, parent))
      .end(epochMs(to))
  }
}

/** Milliseconds since 1970 of a time by `performance.now()`. */
function epochMs(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs
}
