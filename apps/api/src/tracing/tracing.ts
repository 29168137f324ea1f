import type { HttpTracer } from './http-tracer.js'
import type { IngestTracer } from './ingest-tracer.js'
import type { TracingConfig } from './tracing-config.js'

/** The injection token of the Tracing, which is null when no exporter is configured. */
export const TRACING = Symbol('TRACING')

export interface Tracing {
  readonly http: HttpTracer
  readonly ingest: IngestTracer
  /** Sends what is left. */
  close(): Promise<void>
}

/** Loads OpenTelemetry, and only then: without an exporter it costs neither memory nor time. */
export async function startTracing(config: TracingConfig | null): Promise<Tracing | null> {
  if (config === null) return null
  const [{ startSdk }, { HttpTracer }, { IngestTracer }] = await Promise.all([
    import('./sdk.js'),
    import('./http-tracer.js'),
    import('./ingest-tracer.js'),
  ])
  const { tracer, close } = startSdk(config)
  return { http: new HttpTracer(tracer), ingest: new IngestTracer(tracer), close }
}
