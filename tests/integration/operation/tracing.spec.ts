import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAdministrator } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, eventually, registerDevice, type TestDevice } from '../mqtt/support.js'

const server = 2
const client = 3
const consumer = 5
const receive = 'receive {org}/devices/{device}/telemetry'
const settle = 'settle {org}/devices/{device}/telemetry'

let receiver: OtlpReceiver
let platform: Platform
let device: TestDevice

beforeAll(async () => {
  receiver = await OtlpReceiver.start()
  platform = await startPlatform({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: 'greenhouse',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      TRUSTED_PROXIES: '127.0.0.1',
    },
  })
  device = await registerDevice(await createAdministrator(platform))
})

afterAll(async () => {
  await platform?.stop()
  await receiver?.stop()
})

/** The span of the message with this payload size, and its child spans. */
async function traceOf(payload: string): Promise<{ root: ReceivedSpan; child(name: string): ReceivedSpan }> {
  const root = await eventually(() => {
    const [found] = receiver
      .named(receive)
      .filter(({ attributes }) => attributes['messaging.message.body.size'] === payload.length)
    if (found === undefined) throw new Error('not received yet')
    return found
  })
  return {
    root,
    child(name) {
      const found = receiver.named(name).find(({ parentSpanId }) => parentSpanId === root.spanId)
      if (found === undefined) throw new Error(`${receive} has no child ${name}`)
      expect(found.traceId).toBe(root.traceId)
      expect(found.startNanoseconds).toBeGreaterThanOrEqual(root.startNanoseconds)
      expect(found.endNanoseconds).toBeLessThanOrEqual(root.endNanoseconds)
      return found
    },
  }
}

const { telemetryTopic, payloads } = {
  telemetryTopic: () => device.credential.topics.telemetry,
  payloads: ['{"secretly":1}', '{"secretly":22}', '{"secretly":333}'],
}

describe('traces', () => {
  it('have spans of a message from publish to commit and acknowledgement', async () => {
    const mqtt = await connectDevice(platform, device)
    await Promise.all(payloads.map((payload) => mqtt.publishAsync(telemetryTopic(), payload, { qos: 1 })))
    await mqtt.endAsync()

    for (const payload of payloads) {
      const { root, child } = await traceOf(payload)
      expect(root).toMatchObject({ kind: consumer, parentSpanId: '' })
      expect(root.attributes).toMatchObject({
        'messaging.system': 'mqtt',
        'messaging.operation.type': 'receive',
        'messaging.destination.name': telemetryTopic(),
        'messaging.destination.template': '{org}/devices/{device}/telemetry',
        'messaging.client.id': device.id,
        'heliograph.mqtt.qos': 1,
        'heliograph.outcome': 'stored',
      })
      const [check, store, acknowledged] = [child('check'), child('store'), child(settle)]
      expect(check.endNanoseconds).toBe(store.startNanoseconds)
      expect(store.endNanoseconds).toBeLessThanOrEqual(acknowledged.startNanoseconds)

      // The batch and its messages link to each other.
      const commit = receiver.spans.find(({ spanId }) => spanId === store.links[0]?.spanId)
      expect(commit).toMatchObject({ name: 'commit telemetry', kind: client })
      expect(commit?.links).toContainEqual({ traceId: root.traceId, spanId: root.spanId })
      expect(commit?.attributes['db.system.name']).toBe('postgresql')
      expect(commit?.attributes['messaging.batch.message_count']).toBe(commit?.links.length)
    }
    expect(receiver.resource).toMatchObject({ 'service.name': 'greenhouse' })
  })

  it('mark refused messages', async () => {
    const mqtt = await connectDevice(platform, device)
    await mqtt.publishAsync(telemetryTopic(), 'this is no telemetry', { qos: 1 })
    await mqtt.endAsync()
    const { root, child } = await traceOf('this is no telemetry')
    expect(root.attributes['heliograph.outcome']).toBe('refused')
    child('check')
    child(settle)
    expect(receiver.named('store').filter(({ parentSpanId }) => parentSpanId === root.spanId)).toEqual([])
  })

  it('connect telemetry over HTTP with its request, and the request with a trusted proxy', async () => {
    const { username, password } = device.credential
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const payload = '{"secretly":4444}'
    await createClient(platform.url, {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    }).send('POST', `/api/v1/devices/${device.id}/telemetry?token=hidden`, JSON.parse(payload))
    const { root } = await traceOf(payload)
    const request = await eventually(() => {
      const [found] = receiver.named('POST /api/v1/devices/:device/telemetry')
      if (found === undefined) throw new Error('not received yet')
      return found
    })
    expect(request).toMatchObject({ kind: server, traceId, parentSpanId: 'b7ad6b7169203331' })
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/devices/:device/telemetry',
      'http.response.status_code': 200,
      'url.path': `/api/v1/devices/${device.id}/telemetry`,
    })
    expect(root).toMatchObject({ traceId, parentSpanId: request.spanId })
    expect(root.attributes['messaging.system']).toBe('http')
  })

  it('contain no payload, secret or query', () => {
    const sent = Buffer.concat(receiver.bodies).toString('latin1')
    expect(sent).toContain(device.id)
    const { password } = device.credential
    for (const hidden of ['secretly', 'this is no telemetry', password, 'hg_dev_', 'token=', 'Basic '])
      expect(sent).not.toContain(hidden)
  })
})

describe('OpenTelemetry’s SDK', () => {
  it.each([
    ['is not loaded without an exporter', {}, false],
    ['is loaded with one', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }, true],
  ])('%s', async (_, env, expected) => {
    const other = await startPlatform({ env: { ...env, NODE_DEBUG: 'esm,module' } })
    await other.stop()
    const loaded = other.logs()
    expect(loaded.includes('@opentelemetry/sdk-trace-base')).toBe(expected)
    expect(loaded.includes('@opentelemetry/exporter-trace-otlp-proto')).toBe(expected)
  })
})
