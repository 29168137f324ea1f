import { z } from 'zod'

/** The standard variables of OpenTelemetry on which it depends whether there is tracing; its SDK reads the others. */
export const TracingEnvironment = z.object({
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'expected otlp or none' }).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url('expected http://host:4318').optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.url('expected http://host:4318/v1/traces').optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z
    .literal('http/protobuf', { error: 'only http/protobuf is there' })
    .optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z
    .literal('http/protobuf', { error: 'only http/protobuf is there' })
    .optional(),
  OTEL_TRACES_SAMPLER: z.string().optional(),
})

export interface TracingConfig {
  /** False: the SDK takes it from OTEL_TRACES_SAMPLER. */
  defaultSampler: boolean
}

/** Null: no exporter is configured, and nothing of OpenTelemetry is loaded. */
export function parseTracing(env: z.output<typeof TracingEnvironment>): TracingConfig | null {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT
  const off = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  return endpoint === undefined || off ? null : { defaultSampler: env.OTEL_TRACES_SAMPLER === undefined }
}
