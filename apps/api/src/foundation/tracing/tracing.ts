import type { Config } from '../config/config.js'
import { networkMatcher } from '../config/networks.js'
import type { HttpTracer } from './http-tracer.js'
import type { IngestTracer } from './ingest-tracer.js'

/** The injection token of the Tracing, which is null when no exporter is configured. */
export const TRACING = Symbol('TRACING')

export interface Tracing {
  readonly http: HttpTracer
  readonly ingest: IngestTracer
  /** Sends what is left. */
  close(): Promise<void>
}

/**
 * Loads OpenTelemetry if there is an exporter, and only then: without one it costs neither memory nor time. Only trusted
 * proxies may say which trace a request belongs to.
 */
export async function startTracing({
  tracing: config,
  trustedProxies,
}: Pick<Config, 'tracing' | 'trustedProxies'>): Promise<Tracing | null> {
  if (config === null) return null
  const [{ startSdk }, { HttpTracer }, { IngestTracer }] = await Promise.all([
    import('./sdk.js'),
    import('./http-tracer.js'),
    import('./ingest-tracer.js'),
  ])
  const { tracer, close } = startSdk(config)
  return {
    http: new HttpTracer(tracer, networkMatcher(trustedProxies)),
    ingest: new IngestTracer(tracer),
    close,
  }
}
