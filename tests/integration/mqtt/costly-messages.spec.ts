import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  closed,
  connectDevice,
  connectToken,
  eventually,
  refusalCode,
  registerDevice,
  requestToken,
  watch,
} from './support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  const MQTT_LIMITS = 'refusedTimeoutMs=500,minBanMs=3000'
  platform = await startPlatform({ env: { MQTT_LIMITS } })
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`
/** As many values as are allowed, and then a mistake that only the schema finds. */
const costly = `{"a":[${Array(49_990).fill('1').join()}],"":1}`

async function refusalsOf({ id }: { id: string }): Promise<{ code: string; detail: string }[]> {
  const { items } = await admin.send<{ items: { code: string; detail: string }[] }>(
    'GET',
    `/api/v1/devices/${id}/refusals`,
  )
  return items
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  )
}

describe('a message of a device', () => {
  it('that holds too much is refused before it is parsed, and the notice says which limit, and where', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const { telemetry, events, notices: noticesTopic, reported } = device.credential.topics
    const notices = await watch(client, noticesTopic)
    const told = () => notices.map(({ json }) => json as { code: string; topic: string; detail: string })
    const send = (topic: string, payload: string) => client.publishAsync(topic, payload, { qos: 1 })
    await send(telemetry, '['.repeat(200_000))
    await send(telemetry, keys(15_000))
    await send(events, `{"level":"info","message":"x","data":${keys(1_001)}}`)
    await send(reported, `{"a":[${Array(50_000).fill('1').join()}]}`)
    await send(telemetry, `{"a":${keys(1_000)}}`)
    await eventually(() => expect(notices).toHaveLength(4))
    expect(told().every(({ code }) => code === 'payload_invalid')).toBe(true)
    expect(told().map(({ topic, detail }) => [topic, detail])).toEqual([
      [telemetry, 'the payload is nested over 80 levels deep, at byte 80 (limit json.depth)'],
      [telemetry, 'the payload has an object of more than 1000 keys, at byte 8898 (limit json.keys)'],
      [events, expect.stringMatching(/^the payload has an object of more than 1000 keys, at byte \d+ /)],
      [reported, 'the payload holds more than 50000 values, at byte 100005 (limit json.values)'],
    ])
    expect(client.connected).toBe(true)
    await client.endAsync()
  })

  it('of more than 256 KiB ends its connection, and its page and the log say why; a person may send more', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    client.publish(device.credential.topics.telemetry, `{"a":"${'x'.repeat(300_000)}"}`)
    await ended
    await eventually(async () =>
      expect(await refusalsOf(device)).toMatchObject([
        { code: 'too_large', detail: 'packet of more than 262144 bytes' },
      ]),
    )
    expect(platform.logs()).toMatch(
      /an MQTT client exceeded a limit: too_large \(packet of more than 262144 bytes/,
    )
    const org = admin.organization
    const person = await connectToken(await requestToken(admin, { publish: [`${org}/apps/#`] }))
    await person.publishAsync(`${org}/apps/chat/x`, Buffer.alloc(1_500_000), { qos: 1 })
    await person.endAsync()
  })
})

describe('a device that keeps sending what is refused', () => {
  it('is slowed down and cut off for a time, is told why, and costs no other device anything', async () => {
    const [device, other] = [await registerDevice(admin), await registerDevice(admin)]
    const neighbour = await connectDevice(platform, other)
    const client = await connectDevice(platform, device)
    const ended = closed(client)
    const { telemetry } = device.credential.topics
    const sending = setInterval(() => client.publish(telemetry, costly), 10)
    await ended
    clearInterval(sending)
    expect(await refusalCode(connectDevice(platform, device))).toBe(3)
    expect(await metric('heliograph_mqtt_banned_owners')).toBe(1)
    await neighbour.publishAsync(other.credential.topics.telemetry, '{"a":1}', { qos: 1 })
    await eventually(async () => {
      const refusals = await refusalsOf(device)
      const reasons = refusals.filter(({ code }) => code === 'refused_messages').map(({ detail }) => detail)
      expect(reasons.join('\n')).toMatch(/it may not connect for 3 s/)
      expect(refusals.map(({ code }) => code)).toContain('payload_invalid')
    })
    expect(platform.logs()).toMatch(/an MQTT client exceeded a limit: refused_messages/)
    const back = await eventually(() => connectDevice(platform, device))
    await back.publishAsync(telemetry, '{"a":1}', { qos: 1 })
    await Promise.all([back.endAsync(), neighbour.endAsync()])
  })

  it('that is cheap to refuse, or denied, beside good telemetry, is never cut off', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const { telemetry } = device.credential.topics
    for (let round = 0; round < 20; round++) {
      for (let n = 0; n < 14; n++)
        await client.publishAsync(`homeassistant/sensor/${n}/config`, '{}', { qos: 1 })
      await client.publishAsync(telemetry, '{"a":', { qos: 1 })
      await client.publishAsync(telemetry, `{"good":${round}}`, { qos: 1 })
    }
    expect(client.connected).toBe(true)
    const codes = (await refusalsOf(device)).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['topic_denied', 'payload_invalid']))
    await client.endAsync()
  })
})
