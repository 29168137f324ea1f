import { sampleCsvLine, TelemetryKey } from '@heliograph/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectDevice, registerDevice, type TestDevice } from '../mqtt/support.js'

interface Page {
  items: { key: string; ts: number; value: unknown }[]
  nextCursor: string | null
}

const t0 = Date.UTC(2026, 0, 1)

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

async function publish(device: TestDevice, ...payloads: unknown[]): Promise<void> {
  const client = await connectDevice(platform, device)
  // Not one after the other, so that they meet in one batch.
  const { telemetry } = device.credential.topics
  await Promise.all(
    payloads.map((payload) => client.publishAsync(telemetry, JSON.stringify(payload), { qos: 1 })),
  )
  await client.endAsync()
}

const read = (device: TestDevice, query = '', client: HttpClient = admin) =>
  client.send<Page>('GET', `/api/v1/devices/${device.id}/telemetry${query}`)
const latest = (device: TestDevice) =>
  admin.send<Page>('GET', `/api/v1/devices/${device.id}/telemetry/latest`)
const compact = ({ items }: Page) =>
  items.map(({ key, ts, value }) => `${ts} ${key} ${JSON.stringify(value)}`)

describe('a sample that was sent twice', () => {
  it('is stored once, within a message, within a batch and later', async () => {
    const device = await registerDevice(admin)
    const sample = { ts: t0 + 1_000, values: { a: 1, b: true } }
    await publish(device, [sample, sample], sample, sample)
    await publish(device, sample)
    expect(compact(await read(device))).toEqual([`${t0 + 1_000} a 1`, `${t0 + 1_000} b true`])
  })

  it('with another value has the last value', async () => {
    const device = await registerDevice(admin)
    await publish(device, [
      { ts: t0 + 1_000, values: { a: 1 } },
      { ts: t0 + 1_000, values: { a: 2 } },
    ])
    await publish(device, { ts: t0 + 1_000, values: { a: 'three' } })
    expect(compact(await read(device))).toEqual([`${t0 + 1_000} a "three"`])
    expect(compact(await latest(device))).toEqual([`${t0 + 1_000} a "three"`])
  })

  it('without a time is stored as two samples', async () => {
    const device = await registerDevice(admin)
    await publish(device, [{ a: 1 }, { a: 1 }, { a: 1 }], { a: 1 }, { a: 1 })
    const { items } = await read(device)
    expect(items).toHaveLength(5)
    expect(new Set(items.map(({ ts }) => ts)).size).toBe(5)
  })
})

describe('latest', () => {
  it('is the newest by its own time, not the last to arrive', async () => {
    const device = await registerDevice(admin)
    await publish(device, { ts: t0 + 5_000, values: { a: 5 } })
    await publish(device, { ts: t0 + 3_000, values: { a: 3 } })
    expect(compact(await latest(device))).toEqual([`${t0 + 5_000} a 5`])
    expect(compact(await read(device))).toEqual([`${t0 + 3_000} a 3`, `${t0 + 5_000} a 5`])
  })

  it('has no values of a deleted device with the same id', async () => {
    const device = await registerDevice(admin)
    await publish(device, { ts: t0 + 1_000, values: { a: 1 } })
    await admin.send('DELETE', `/api/v1/devices/${device.id}`)
    const anew = await registerDevice(admin, device.id)
    expect((await latest(anew)).items).toEqual([])
    expect((await read(anew)).items).toEqual([])
    await expect
      .poll(
        async () =>
          (
            await platform.pool.query(
              `SELECT FROM telemetry.sample WHERE ts = ${(t0 + 1_000) * 1_000} AND number = 1 AND device_key NOT IN (SELECT key FROM device)`,
            )
          ).rowCount,
      )
      .toBe(0)
  })
})

describe('a key', () => {
  const odd = [
    'a,b',
    ',',
    ' c ',
    'd:e',
    '"',
    "'",
    '"a,b"',
    '&key=x',
    'a+b',
    '%2C',
    '#',
    'ä ö',
    '=1',
    '[]',
    '\u2028',
    'keys',
    '__proto__',
    'constructor',
  ]

  const ts = Date.parse('2026-01-01T00:00:00Z')

  /** Keys that are unique, in text that a URL and PostgreSQL can hold. */
  const keys = fc.uniqueArray(
    fc
      .oneof(fc.constantFrom(...odd), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }))
      .filter((key) => TelemetryKey.safeParse(key).success),
    { minLength: 1, maxLength: 40 },
  )

  it('that can be written can be read, whatever it holds, in each format', async () => {
    const device = await registerDevice(admin)
    const path = `/api/v1/devices/${device.id}/telemetry`
    const text = async (query: string) => (await admin.request('GET', `${path}?${query}`)).text()
    await fc.assert(
      fc.asyncProperty(keys, async (names) => {
        const values = Object.fromEntries(names.map((name, index) => [name, index]))
        // 'ts' and 'values' are keys too, where they stand among the values.
        await publish(device, { ts, values })
        const named = new URLSearchParams([...names.map((name) => ['key', name]), ['limit', '10000']])
        const found = (items: Page['items']) =>
          Object.fromEntries(items.map(({ key, value }) => [key, value]))
        expect(found((await read(device, `?${named}`)).items)).toEqual(values)
        expect(
          found((await admin.send<Page>('GET', `${path}/latest?${named}`.replace('&limit=10000', ''))).items),
        ).toEqual(values)
        const lines = (await text(`${named}&format=ndjson`)).trim().split('\n')
        expect(found(lines.map((line) => JSON.parse(line)))).toEqual(values)
        const csv = await text(`${named}&format=csv`)
        for (const [name, value] of Object.entries(values))
          expect(csv).toContain(sampleCsvLine({ ts, device: '', key: name, value }, { ofDevices: false }))
      }),
      { numRuns: 25, examples: [[odd]] },
    )
    for (const name of odd) {
      const { items } = await read(device, `?${new URLSearchParams({ key: name })}`)
      expect(items.map(({ key }) => key)).toEqual([name])
    }
  })

  it('is read of several devices too, in samples and in points', async () => {
    const [one, other] = [await registerDevice(admin), await registerDevice(admin)]
    await publish(one, { ts, values: { 'a,b': 1, c: 2 } })
    await publish(other, { ts, values: { 'a,b': 3, ' d': 4 } })
    const query = `devices=${one.id},${other.id}&keys=c&key=a%2Cb&key=+d`
    for (const more of ['telemetry?', 'telemetry?points=10&', 'telemetry/latest?'])
      expect(
        (await admin.send<Page>('GET', `/api/v1/${more}${query}`)).items.map(({ value }) => value).sort(),
      ).toEqual([1, 2, 3, 4])
  })

  it.each(['key=', 'key=a&key=', `key=${'x'.repeat(129)}`, 'key=a%01'])(
    'that cannot be one is answered with 400: ?%s',
    async (query) => {
      const device = await registerDevice(admin)
      for (const path of ['telemetry', 'telemetry/latest']) {
        const response = await admin.request('GET', `/api/v1/devices/${device.id}/${path}?${query}`)
        expect(response.status).toBe(400)
        const { errors } = (await response.json()) as { errors: { path: string }[] }
        expect(errors[0]?.path).toMatch(/^key\.\d$/)
      }
    },
  )
})

describe('history', () => {
  let device: TestDevice

  beforeAll(async () => {
    device = await registerDevice(admin)
    const records = Array.from({ length: 500 }, (_, n) => ({
      ts: t0 + 1_000 + n * 10,
      values: { b: n, a: -n },
    }))
    await publish(device, records, { ts: t0 + 1_500.125, values: { 'c d': { deep: [null] } } })
  })

  it('comes in pages, ascending by time and key, without gaps or duplicates', async () => {
    const all = await read(device, '?limit=10000')
    expect(all.nextCursor).toBeNull()
    expect(all.items).toHaveLength(1_001)
    expect(compact(all).slice(0, 3)).toEqual([`${t0 + 1_000} a 0`, `${t0 + 1_000} b 0`, `${t0 + 1_010} a -1`])
    const paged: Page['items'] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await read(device, `?limit=77${cursor && `&cursor=${cursor}`}`)
      paged.push(...page.items)
      cursor = page.nextCursor
    }
    expect(paged).toEqual(all.items)
  })

  it('begins at from and ends before to', async () => {
    expect(compact(await read(device, `?from=${t0 + 1_500}&to=${t0 + 1_510}`))).toEqual([
      `${t0 + 1_500} a -50`,
      `${t0 + 1_500} b 50`,
      `${t0 + 1_500.125} c d {"deep":[null]}`,
    ])
    expect(compact(await read(device, `?from=${t0 + 1_500.125}&to=${t0 + 1_500.126}`))).toHaveLength(1)
    expect(
      compact(await read(device, '?from=2026-01-01T00:00:01Z&to=2026-01-01T00:00:01.010Z')),
    ).toHaveLength(2)
    expect((await read(device, '?from=-1h')).items).toEqual([])
  })

  it('has the requested keys only', async () => {
    const { items } = await read(device, `?keys=b,c%20d,unknown&from=${t0 + 1_500}&to=${t0 + 1_510}`)
    expect(items.map(({ key }) => key)).toEqual(['b', 'c d'])
  })

  it.each([
    ['from=yesterday', 'from'],
    ['from=2000&to=1000', 'from'],
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['cursor=x', 'cursor'],
    ['keys=a,,b', 'keys'],
    ['form=1', ''],
  ])('answers 400 to ?%s', async (query, path) => {
    const response = await admin.request('GET', `/api/v1/devices/${device.id}/telemetry?${query}`)
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({ code: expect.any(String), errors: [{ path }] })
  })

  it.each(['', '/latest'])('answers 401, 403 and 404 at telemetry%s', async (end) => {
    const path = `/api/v1/devices/${device.id}/telemetry${end}`
    const elsewhere = await createOrganization(admin)
    expect((await createClient(platform.url).request('GET', path)).status).toBe(401)
    expect((await elsewhere.request('GET', path)).status).toBe(404)
    expect((await admin.request('GET', `/api/v1/devices/nobody/telemetry${end}`)).status).toBe(404)
    const foreign = admin.with({ 'heliograph-org': 'not-a-member' })
    expect((await foreign.request('GET', path)).status).toBe(403)
  })
})
