import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Histogram, type Registry } from 'prom-client'

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** Measures requests by route template, such as `/api/v1/devices/:device`, so that the number of series is bounded. */
export class HttpMetrics {
  private readonly routes = new WeakMap<IncomingMessage, string>()
  private readonly seconds: Histogram<'method' | 'route' | 'status'>

  constructor(registry: Registry) {
    this.seconds = new Histogram({
      name: 'heliograph_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer, by method, route and status class',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    })
    subscribe('http.server.request.start', (message) => {
      const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
      const startedAt = performance.now()
      response.once('close', () => this.observe(request, response, performance.now() - startedAt))
    })
  }

  /** Records the route of a request; undefined when no route matches. */
  recordRoute(request: IncomingMessage, route: string | undefined): void {
    if (route !== undefined) this.routes.set(request, route)
  }

  private observe(request: IncomingMessage, response: ServerResponse, durationMs: number): void {
    const method = methods.has(request.method ?? '') ? (request.method ?? '') : 'other'
    const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted'
    const route = this.routes.get(request) ?? areaOf(request.url ?? '')
    this.seconds.observe({ method, route, status }, durationMs / 1_000)
  }
}

/** The label of requests that match no route of the api's router. */
function areaOf(url: string): string {
  if (url.startsWith('/api/auth/')) return '/api/auth/*'
  return /^\/(?:api|healthz|readyz|metrics)(?:[/?]|$)/.test(url) ? 'none' : 'pages'
}
