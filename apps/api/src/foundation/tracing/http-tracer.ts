import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { plainAddress } from '../config/networks.js'

/** `version-traceId-parentId-flags` (W3C Trace Context, section 3.2). */
const traceParent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** A span for each HTTP request, by OpenTelemetry's conventions for HTTP servers: no query, no header, no body. */
export class HttpTracer {
  private readonly spans = new WeakMap<IncomingMessage, Span>()
  private readonly current = new AsyncLocalStorage<Context>()

  /** `isTrusted`: whether a request from this address may say which trace it belongs to, and that it be recorded. */
  constructor(
    private readonly tracer: Tracer,
    private readonly isTrusted: (address: string) => boolean,
  ) {
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
    const caller = callerOf(request)
    const trusted = this.isTrusted(plainAddress(request.socket.remoteAddress ?? ''))
    const span = this.tracer.startSpan(
      request.method ?? 'HTTP',
      {
        kind: SpanKind.SERVER,
        attributes: {
          'http.request.method': request.method,
          'url.path': request.url?.split('?', 1)[0],
          'network.protocol.version': request.httpVersion,
        },
        // A stranger's trace is pointed at, so that neither its id nor its flags decide what is recorded here.
        links: caller === null || trusted ? [] : [{ context: caller }],
      },
      caller !== null && trusted ? trace.setSpanContext(ROOT_CONTEXT, caller) : ROOT_CONTEXT,
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

function callerOf({ headers }: IncomingMessage): SpanContext | null {
  const [, traceId, spanId, flags] = traceParent.exec(String(headers.traceparent)) ?? []
  if (traceId === undefined || spanId === undefined) return null
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  const context = { traceId, spanId, traceFlags, isRemote: true }
  return isSpanContextValid(context) ? context : null
}
