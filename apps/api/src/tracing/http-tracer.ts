import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** `version-traceId-parentId-flags` (W3C Trace Context, section 3.2). */
const traceParent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** A span for each HTTP request, by OpenTelemetry's conventions for HTTP servers: no query, no header, no body. */
export class HttpTracer {
  private readonly spans = new WeakMap<IncomingMessage, Span>()
  private readonly current = new AsyncLocalStorage<Context>()

  constructor(private readonly tracer: Tracer) {
    subscribe('http.server.request.start', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
      this.begin(request, response)
    })
  }

  /** Runs what a request leads to as a part of it, and names its span by the route. */
  follow(request: IncomingMessage, route: string | undefined, next: () => void): void {
    const span = this.spans.get(request)
    if (span === undefined) {
      next()
      return
    }
    if (route !== undefined) {
      span.updateName(`${request.method} ${route}`)
      span.setAttribute('http.route', route)
    }
    this.current.run(trace.setSpan(ROOT_CONTEXT, span), next)
  }

  /** The context of the request that is being answered, if this is one. */
  get context(): Context | undefined {
    return this.current.getStore()
  }

  private begin(request: IncomingMessage, response: ServerResponse): void {
    const span = this.tracer.startSpan(
      request.method ?? 'HTTP',
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'url.path': request.url?.split('?', 1)[0],
          'network.protocol.version': request.httpVersion,
        },
      },
      parentOf(request),
    )
    if (!span.isRecording()) return
    this.spans.set(request, span)
    response.once('close', () => {
      span.setAttribute('http.response.status_code', response.statusCode)
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
  }
}

function parentOf({ headers }: IncomingMessage): Context {
  const [, traceId, spanId, flags] = traceParent.exec(String(headers.traceparent)) ?? []
  if (traceId === undefined || spanId === undefined) return ROOT_CONTEXT
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}
