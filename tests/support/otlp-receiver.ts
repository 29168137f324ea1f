import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { type Field, readFields } from './protobuf.js'

export interface ReceivedSpan {
  name: string
  traceId: string
  spanId: string
  /** Empty: a root. */
  parentSpanId: string
  kind: number
  startNanoseconds: bigint
  endNanoseconds: bigint
  attributes: Record<string, string | number | boolean>
  links: { traceId: string; spanId: string }[]
}

/** Takes traces by OTLP/HTTP with protobuf, as OpenTelemetry's collector does. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = []
  readonly resource: Record<string, string | number | boolean> = {}
  /** All bodies, to search them for secrets. */
  readonly bodies: Buffer[] = []

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = http.createServer()
    const receiver = new OtlpReceiver(server)
    server.on('request', (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        const body = Buffer.concat(chunks)
        const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
        const isTraces = request.url === '/v1/traces'
        if (isTraces && request.headers['content-type'] === 'application/x-protobuf') receiver.take(plain)
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  named(name: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.name === name)
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  /** ExportTraceServiceRequest → ResourceSpans (1) → Resource (1) and ScopeSpans (2) → Span (2). */
  private take(body: Buffer): void {
    this.bodies.push(body)
    for (const resourceSpans of all(readFields(body), 1)) {
      for (const resource of all(resourceSpans, 1)) Object.assign(this.resource, attributesOf(resource, 1))
      for (const scopeSpans of all(resourceSpans, 2)) {
        for (const span of all(scopeSpans, 2)) this.spans.push(toSpan(span))
      }
    }
  }
}

/** opentelemetry/proto/trace/v1/trace.proto, message Span. */
function toSpan(fields: Field[]): ReceivedSpan {
  return {
    traceId: hex(fields, 1),
    spanId: hex(fields, 2),
    parentSpanId: hex(fields, 4),
    name: text(fields, 5),
    kind: Number(first(fields, 6)?.number ?? 0n),
    startNanoseconds: first(fields, 7)?.number ?? 0n,
    endNanoseconds: first(fields, 8)?.number ?? 0n,
    attributes: attributesOf(fields, 9),
    links: all(fields, 13).map((link) => ({ traceId: hex(link, 1), spanId: hex(link, 2) })),
  }
}

/** KeyValue → AnyValue: string (1), bool (2), int (3), double (4). */
function attributesOf(fields: Field[], number: number): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    all(fields, number).map((pair) => {
      const [value] = all(pair, 2).flat()
      return [text(pair, 1), value === undefined ? '' : plain(value)]
    }),
  )
}

function plain({ id, bytes, number }: Field): string | number | boolean {
  if (id === 1) return bytes.toString()
  if (id === 2) return number === 1n
  return id === 4 ? bytes.readDoubleLE() : Number(number)
}

const first = (fields: Field[], id: number) => fields.find((field) => field.id === id)
const all = (fields: Field[], id: number) =>
  fields.filter((field) => field.id === id).map(({ bytes }) => readFields(bytes))
const hex = (fields: Field[], id: number) => first(fields, id)?.bytes.toString('hex') ?? ''
const text = (fields: Field[], id: number) => first(fields, id)?.bytes.toString() ?? ''
