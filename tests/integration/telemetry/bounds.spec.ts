import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import {
  connectDevice,
  connectToken,
  eventually,
  registerDevice,
  requestToken,
  watch,
} from '../mqtt/support.js'
import { OwnPostgres } from './own-postgres.js'

let postgres: OwnPostgres
let platform: Platform
let admin: Administrator

beforeAll(async () => {
  postgres = await OwnPostgres.start()
  platform = await startPlatform({ env: { DATABASE_URL: postgres.url } })
  admin = await createAdministrator(platform)
})
afterAll(async () => {
  postgres?.thaw()
  await platform?.stop()
  await postgres?.remove()
})

const shown = (id: string) =>
  admin.send<{ telemetry: { droppedMessages: number; clockSkewMs: number | null; clockNotSet: boolean } }>(
    'GET',
    `/api/v1/devices/${id}`,
  )

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${platform.url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return line === undefined ? 0 : Number(line.slice(name.length + 1))
}

describe('QoS 0 beyond the ingest quota', () => {
  it('is delivered live, dropped, counted at the device and in /metrics, and reported in one notice', async () => {
    const device = await registerDevice(admin)
    const { telemetry, notices: noticesTopic } = device.credential.topics
    const client = await connectDevice(platform, device)
    const watcher = await connectToken(await requestToken(admin, { subscribe: [telemetry] }))
    const seen = await watch(watcher, telemetry)
    const notices = await watch(client, noticesTopic)
    postgres.freeze()
    // 256 samples a message: a device may have an eighth of 400,000 waiting with QoS 0.
    const payload = JSON.stringify(Object.fromEntries(Array.from({ length: 256 }, (_, n) => [`k${n}`, n])))
    const sent = 205
    for (let n = 0; n < sent; n++) await client.publishAsync(telemetry, payload, { qos: 0 })
    await eventually(() => expect(seen).toHaveLength(sent))
    await eventually(() => expect(notices.length).toBeGreaterThan(0))
    postgres.thaw()

    const dropped = await metric('heliograph_ingest_dropped_total{reason="device_full"}')
    expect(dropped).toBe(10)
    const told = () => notices.map(({ json }) => json as { code: string; detail: string })
    // Drops that are far apart are told of in two notices.
    await eventually(() =>
      expect(told().reduce((sum, { detail }) => sum + Number.parseInt(detail, 10), 0)).toBe(dropped),
    )
    expect(told().every(({ code }) => code === 'telemetry_dropped')).toBe(true)
    await eventually(async () => expect((await shown(device.id)).telemetry.droppedMessages).toBe(dropped))
    await eventually(async () =>
      expect(await postgres.query('SELECT count(*)::int FROM telemetry.sample')).toEqual([
        { count: 195 * 256 },
      ]),
    )
    await Promise.all([client.endAsync(), watcher.endAsync()])
  })
})

describe('a device’s clock', () => {
  it('is compared with the platform’s, also when the message is refused', async () => {
    const device = await registerDevice(admin)
    const { telemetry } = device.credential.topics
    const client = await connectDevice(platform, device)
    const send = (sample: object) => client.publishAsync(telemetry, JSON.stringify(sample), { qos: 1 })
    await send({ a: 1 })
    expect((await shown(device.id)).telemetry).toEqual({
      droppedMessages: 0,
      clockSkewMs: null,
      clockNotSet: false,
    })
    await send({ ts: Date.now() - 3_600_000, values: { a: 1 } })
    const near = (ms: number) =>
      eventually(async () => {
        const { clockSkewMs } = (await shown(device.id)).telemetry
        expect(Math.abs((clockSkewMs ?? Number.NaN) - ms)).toBeLessThan(60_000)
      })
    await near(-3_600_000)
    await send({ ts: Date.now() + 48 * 3_600_000, values: { a: 1 } })
    await near(48 * 3_600_000)
    await send({ a: 1 })
    await near(48 * 3_600_000)
    await client.endAsync()
  })
})

describe('a device’s clock that is not set', () => {
  it('costs no sample: each is stored at its arrival, the device is told once, and the registry says so', async () => {
    const device = await registerDevice(admin)
    const { telemetry, notices: noticesTopic } = device.credential.topics
    const client = await connectDevice(platform, device)
    const notices = await watch(client, noticesTopic)
    const send = (payload: unknown) => client.publishAsync(telemetry, JSON.stringify(payload), { qos: 1 })
    const startedAt = Date.now()
    const values = { a: 1 }
    await send([
      { ts: 7, values: { a: 1, b: 1 } },
      { ts: 7, values: { a: 2 } },
      { ts: 8, values: { a: 3 } },
    ])
    await send({ ts: '2000-01-01T00:00:03Z', values: { a: 4 } })
    const path = `/api/v1/devices/${device.id}/telemetry?keys=a`
    const { items } = await admin.send<{ items: { ts: number; value: number }[] }>('GET', path)
    expect(items.map(({ value }) => value)).toEqual([1, 2, 3, 4])
    for (const { ts } of items) {
      expect(ts).toBeGreaterThanOrEqual(startedAt - 1_000)
      expect(ts).toBeLessThanOrEqual(Date.now() + 1_000)
    }
    await eventually(() => expect(notices).toHaveLength(1))
    expect(notices[0]?.json).toMatchObject({
      code: 'clock_not_set',
      topic: telemetry,
      detail: expect.stringContaining('ts is 1970-01-01T00:00:08.000Z'),
    })
    const isShown = (clockNotSet: boolean) =>
      eventually(async () => expect((await shown(device.id)).telemetry).toMatchObject({ clockNotSet }))
    await isShown(true)
    const year2000Ms = Date.UTC(2000, 0, 1) - Date.now()
    await eventually(async () => {
      const { clockSkewMs } = (await shown(device.id)).telemetry
      expect(Math.abs((clockSkewMs ?? 0) - year2000Ms)).toBeLessThan(60_000)
    })
    await send({ a: 5 })
    await isShown(true)
    await send({ ts: Math.floor(Date.now() / 1_000), values })
    await isShown(false)
    await eventually(async () =>
      expect(Math.abs((await shown(device.id)).telemetry.clockSkewMs ?? Number.NaN)).toBeLessThan(60_000),
    )
    expect(notices).toHaveLength(1)
    const overview = await admin.send('GET', '/api/v1/overview')
    expect(JSON.stringify(overview)).not.toContain('clock_not_set')
    await client.endAsync()
  })

  it('is told in the answer over HTTP, and by events too', async () => {
    const [overHttp, byEvent] = [await registerDevice(admin), await registerDevice(admin)]
    const { username, password } = overHttp.credential
    const answer = await fetch(`${platform.url}/api/v1/devices/${overHttp.id}/telemetry`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
      body: '{"ts":0,"values":{"a":1}}',
    })
    expect(await answer.json()).toEqual({
      samples: 1,
      notice: { code: 'clock_not_set', detail: expect.stringContaining('ts is 1970-01-01T00:00:00.000Z') },
    })
    const client = await connectDevice(platform, byEvent)
    const notices = await watch(client, byEvent.credential.topics.notices)
    await client.publishAsync(
      byEvent.credential.topics.events,
      '\ufeff{"level":"info","message":"on","ts":"5"}\0',
      {
        qos: 1,
      },
    )
    await eventually(() => expect(notices.map(({ json }) => json)).toMatchObject([{ code: 'clock_not_set' }]))
    await client.endAsync()
  })
})

describe('a time', () => {
  it('is stored alike in every unit and in text', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    const seconds = 1_767_225_600
    const times = [
      `${seconds}`,
      `${seconds}.25`,
      `${seconds}500`,
      `${seconds}750125`,
      `${seconds}999000000`,
      `"${seconds + 1}"`,
      `"${seconds + 1}000001499"`,
      '"2026-01-01T00:00:02+00:00"',
    ]
    const payload = `[${times.map((ts, n) => `{"ts":${ts},"values":{"n":${n}}}`).join(',')}]`
    // As some firmware sends it: with a byte order mark, and with NULs at the end.
    await client.publishAsync(device.credential.topics.telemetry, `\ufeff${payload}\r\n\0\0`, { qos: 1 })
    const { items } = await admin.send<{ items: { ts: number }[] }>(
      'GET',
      `/api/v1/devices/${device.id}/telemetry`,
    )
    expect(items.map(({ ts }) => Math.round((ts - seconds * 1_000) * 1_000) / 1_000)).toEqual([
      0, 250, 500, 750.125, 999, 1_000, 1_000.001, 2_000,
    ])
    await client.endAsync()
  })
})

describe('a 64-bit counter', () => {
  it('is stored to the last digit, and rolled up as the nearest double', async () => {
    const device = await registerDevice(admin)
    const client = await connectDevice(platform, device)
    await client.publishAsync(device.credential.topics.telemetry, '{"octets":18446744073709551615}', {
      qos: 1,
    })
    const [sample] = await postgres.query<{ json: string; number: number }>(
      `SELECT json::text, number FROM telemetry.sample JOIN device ON device.key = device_key WHERE device.id = '${device.id}'`,
    )
    expect(sample).toEqual({ json: '18446744073709551615', number: 2 ** 64 })
    const [minute] = await postgres.query<{ sum: number; other_count: number }>(
      `SELECT sum, other_count FROM telemetry.minute JOIN device ON device.key = device_key WHERE device.id = '${device.id}'`,
    )
    expect(minute).toEqual({ sum: 2 ** 64, other_count: 0 })
    await client.endAsync()
  })
})
