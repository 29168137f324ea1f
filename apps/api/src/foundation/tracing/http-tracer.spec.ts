import { once } from 'node:events'
import http, { type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HttpTracer } from './http-tracer.js'

const caller = { traceId: '00000000000000000000000000000001', spanId: 'b7ad6b7169203331' }
const sampled = `00-${caller.traceId}-${caller.spanId}-01`

let server: http.Server

beforeAll(async () => {
  server = http.createServer((_, response) => response.end())
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => server.close())

/** The spans of one request with the header. */
async function spansOf(traceparent: string, root: Sampler, isTrusted: boolean): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    sampler: new ParentBasedSampler({ root }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  new HttpTracer(provider.getTracer('test'), () => isTrusted)
  const answered = new Promise<void>((resolve) => {
    server.once('request', (_, response: ServerResponse) => response.once('close', resolve))
  })
  await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers: { traceparent } })
  await answered
  return exporter.getFinishedSpans()
}

describe('traceparent', () => {
  it('of a stranger neither has a request recorded nor prevents it, and is linked', async () => {
    expect(await spansOf(sampled, new AlwaysOffSampler(), false)).toEqual([])
    for (const header of [sampled, sampled.replace(/01$/, '00')]) {
      const [span] = await spansOf(header, new AlwaysOnSampler(), false)
      expect(span?.parentSpanContext).toBeUndefined()
      expect(span?.spanContext().traceId).not.toBe(caller.traceId)
      expect(span?.links).toMatchObject([{ context: caller }])
    }
  })

  it('of a trusted proxy is joined, and recorded when its trace is', async () => {
    const [span] = await spansOf(sampled, new AlwaysOffSampler(), true)
    expect(span?.parentSpanContext).toMatchObject(caller)
    expect(span?.spanContext().traceId).toBe(caller.traceId)
    expect(span?.links).toEqual([])
    expect(await spansOf(sampled.replace(/01$/, '00'), new AlwaysOnSampler(), true)).toEqual([])
  })

  it.each(['', 'nonsense', `00-${'0'.repeat(32)}-${caller.spanId}-01`])('%j is none', async (header) => {
    const [span] = await spansOf(header, new AlwaysOnSampler(), false)
    expect(span?.links).toEqual([])
  })
})
