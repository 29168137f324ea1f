import type { Tracer } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { TracingConfig } from '../config/tracing-config.js'
import { version } from '../config/version.js'

/** One message or request in a hundred, so that tens of thousands a second stay possible. */
const defaultRatio = 0.01

/** OpenTelemetry's SDK, which takes the endpoint, its headers, the batches and more from the OTEL_ variables itself. */
export function startSdk({ defaultSampler }: TracingConfig): { tracer: Tracer; close(): Promise<void> } {
  const own = resourceFromAttributes({ 'service.name': 'heliograph', 'service.version': version })
  const resource = defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    ...(defaultSampler
      ? { sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(defaultRatio) }) }
      : {}),
  })
  return { tracer: provider.getTracer('heliograph', version), close: () => provider.shutdown() }
}
