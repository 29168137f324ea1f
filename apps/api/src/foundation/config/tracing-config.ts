import { z } from 'zod'
import { described } from './variable-text.js'

const ProtocolName = z.literal('http/protobuf', { error: 'only http/protobuf is supported' }).optional()

/** The standard variables of OpenTelemetry that turn tracing on and off, and those that its SDK reads most often. */
export const TracingEnvironment = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: described(z.url('expected http://host:4318').optional(), {
    group: 'observation',
    text: 'Where traces go, by OTLP over HTTP with protobuf.',
    example: 'http://127.0.0.1:4318',
    otherwise: 'no traces',
    docker: 'passed',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: described(z.url('expected http://host:4318/v1/traces').optional(), {
    group: 'observation',
    text: 'The same as a whole address; it takes precedence over the endpoint above.',
    example: 'http://127.0.0.1:4318/v1/traces',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: described(z.string().optional(), {
    group: 'observation',
    text: 'Headers for the exporter, such as an authorization.',
    example: 'authorization=Bearer%20TOKEN',
    docker: 'passed',
  }),
  OTEL_EXPORTER_OTLP_PROTOCOL: described(ProtocolName, {
    group: 'observation',
    text: '`http/protobuf` is the only supported protocol.',
    example: 'http/protobuf',
  }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: described(ProtocolName, {
    group: 'observation',
    text: 'The same for traces alone.',
    example: 'http/protobuf',
  }),
  OTEL_TRACES_EXPORTER: described(
    z.enum(['otlp', 'none'], { error: 'expected otlp or none' }).default('otlp'),
    { group: 'observation', text: '`none` turns traces off while an endpoint is set.' },
  ),
  OTEL_TRACES_SAMPLER: described(z.string().optional(), {
    group: 'observation',
    text: 'Which messages and requests are traced.',
    example: 'parentbased_traceidratio',
    otherwise: 'one in a hundred',
    docker: 'passed',
  }),
  OTEL_TRACES_SAMPLER_ARG: described(z.string().optional(), {
    group: 'observation',
    text: 'The argument of the sampler, such as the ratio.',
    example: '0.01',
    docker: 'passed',
  }),
  OTEL_SDK_DISABLED: described(z.string().optional(), {
    group: 'observation',
    text: '`true` turns traces off.',
    example: 'true',
  }),
})

export interface TracingConfig {
  /** False: OTEL_TRACES_SAMPLER names the sampler. */
  defaultSampler: boolean
}

/** Returns null when no exporter is configured; OpenTelemetry is not loaded then. */
export function parseTracing(env: z.output<typeof TracingEnvironment>): TracingConfig | null {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT
  const off = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  return endpoint === undefined || off ? null : { defaultSampler: env.OTEL_TRACES_SAMPLER === undefined }
}
