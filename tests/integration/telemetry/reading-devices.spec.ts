import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator, createOrganization } from '../../support/accounts.js'
import { createClient, type HttpClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { addDevice, type History, store } from './reading-support.js'

let platform: Platform
let admin: Administrator
let elsewhere: HttpClient
let foreign: string

const begin = Date.UTC(2026, 6, 6)

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  elsewhere = await createOrganization(admin)
  foreign = await addDevice(elsewhere)
  for (const [index, id] of ['b', 'a', 'c'].entries()) {
    await addDevice(admin, id)
    const samples = [0, 1, 2].map((n) => ({ us: (begin + n * 1_000) * 1_000, value: index * 10 + n }))
    await store(platform.pool, id, 't', samples)
    if (id !== 'c') await store(platform.pool, id, 'state', [{ us: begin * 1_000, value: true }])
  }
  await addDevice(admin, 'silent')
})
afterAll(() => platform?.stop())

const compact = ({ items }: History) =>
  items.map(({ device, key, ts, value }) => `${(ts - begin) / 1_000} ${device} ${key} ${value}`)
const get = (path: string) => admin.send<History>('GET', path)

describe('the latest values of many devices', () => {
  it('are one answer, by device and key', async () => {
    expect(compact(await get('/api/v1/telemetry/latest?devices=c,a,silent,b'))).toEqual([
      '0 a state true',
      '2 a t 12',
      '0 b state true',
      '2 b t 2',
      '2 c t 22',
    ])
    expect(compact(await get('/api/v1/telemetry/latest?devices=a,b,c&keys=t'))).toHaveLength(3)
    expect(await get('/api/v1/devices/a/telemetry/latest?keys=state')).toEqual({
      items: [{ key: 'state', ts: begin, value: true }],
    })
  })
})

describe('history of many devices', () => {
  it('is ordered by time, device and key', async () => {
    expect(compact(await get(`/api/v1/telemetry?devices=c,a&to=${begin + 1_001}`))).toEqual([
      '0 a state true',
      '0 a t 10',
      '0 c t 20',
      '1 a t 11',
      '1 c t 21',
    ])
    const points = await get('/api/v1/telemetry?devices=a,b,c&keys=t&points=10')
    expect(points).toMatchObject({ resolution: 'raw', thinned: false, nextCursor: null })
    expect(points.items).toHaveLength(9)
    expect(compact(await get('/api/v1/telemetry?devices=a,b,c&keys=t&aggregate=sum&interval=1h'))).toEqual([
      '0 a t 33',
      '0 b t 3',
      '0 c t 63',
    ])
  })

  it('has booleans and text in points', async () => {
    await addDevice(admin, 'states')
    const samples = Array.from({ length: 100 }, (_, n) => ({
      us: (begin + n * 1_000) * 1_000,
      value: n % 50 < 25,
    }))
    await store(platform.pool, 'states', 'on', samples)
    const { items, thinned } = await get('/api/v1/devices/states/telemetry?points=20')
    expect(items.map(({ ts, value }) => [(ts - begin) / 1_000, value])).toEqual([
      [0, true],
      [25, false],
      [50, true],
      [75, false],
      [99, false],
    ])
    expect(thinned).toBe(true)
  })
})

describe.each(['/api/v1/telemetry', '/api/v1/telemetry/latest'])('%s', (path) => {
  const refused = async (query: string, client: HttpClient = admin) => {
    const response = await client.request('GET', `${path}?${query}`)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    return { status: response.status, ...((await response.json()) as { detail: string; errors?: unknown }) }
  }

  it('answers 401, 403, and 404 with the devices that do not exist', async () => {
    expect((await refused('devices=a', createClient(platform.url))).status).toBe(401)
    expect((await refused('devices=a', admin.with({ 'heliograph-org': 'not-a-member' }))).status).toBe(403)
    expect(await refused(`devices=a,nobody,${foreign}`)).toMatchObject({
      status: 404,
      detail: `There are no devices nobody, ${foreign}.`,
    })
    expect(await refused('devices=a', elsewhere)).toMatchObject({
      status: 404,
      detail: 'There is no device a.',
    })
  })

  it.each([
    ['', 'devices'],
    ['devices=', 'devices'],
    ['devices=a,,b', 'devices'],
    ['devices=a%20b', 'devices'],
    [`devices=${Array.from({ length: 501 }, (_, n) => n).join()}`, 'devices'],
    ['devices=a&keys=,', 'keys'],
    ['devices=a&form=1', ''],
  ])('answers 400 to ?%s', async (query, at) => {
    expect(await refused(query)).toMatchObject({ status: 400, errors: [{ path: at }] })
  })
})

describe('an invalid query', () => {
  it.each([
    ['points=3', 'points'],
    ['points=10001', 'points'],
    ['points=1.5', 'points'],
    ['aggregate=mean&interval=5m', 'aggregate'],
    ['aggregate=p101&interval=5m', 'aggregate'],
    ['aggregate=avg&interval=5y', 'interval'],
    ['aggregate=avg&interval=0m', 'interval'],
    ['aggregate=avg', 'interval'],
    ['interval=5m', 'interval'],
    ['aggregate=avg&interval=5m&fill=nearest', 'fill'],
    ['fill=zero', 'fill'],
    ['format=xml', 'format'],
    ['points=100&limit=5', 'limit'],
    ['points=100&cursor=abc', 'cursor'],
  ])('answers 400 to ?%s', async (query, path) => {
    const response = await admin.request('GET', `/api/v1/devices/a/telemetry?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: expect.any(String), errors: [{ path }] })
  })
})

it('a read that takes too long is cancelled, with advice on what to do', async () => {
  const client = await platform.pool.connect()
  try {
    // Whoever reads waits for this lock, as it would for a query without end.
    await client.query('BEGIN; LOCK TABLE telemetry.sample IN ACCESS EXCLUSIVE MODE')
    const response = await admin.request('GET', '/api/v1/devices/a/telemetry')
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'query_timeout' })
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
})

describe('a query for more than one answer may have', () => {
  const keys = 600
  const texts = ['many', 'more'] as const

  beforeAll(async () => {
    for (const device of texts) {
      await addDevice(admin, device)
      // Repeated text takes next to nothing on the disk, and all of it in an answer.
      const { rows } = await platform.pool.query<{ key: number }>('SELECT key FROM device WHERE id = $1', [
        device,
      ])
      await platform.pool.query(
        `WITH made AS (INSERT INTO telemetry.key (name) SELECT 'text' || n FROM generate_series(1, $2) AS n
           ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id)
         INSERT INTO telemetry.latest (device_key, key_id, ts, json)
         SELECT $1, id, $3, to_jsonb(repeat('x', 60000)) FROM made`,
        [rows[0]?.key, keys, begin * 1_000],
      )
    }
  })

  it('is refused before it fills the memory', async () => {
    const latest = await admin.request('GET', `/api/v1/telemetry/latest?devices=${texts.join(',')}`)
    expect(latest.status).toBe(413)
    expect(await latest.json()).toMatchObject({ code: 'too_large' })
    expect((await get('/api/v1/telemetry/latest?devices=many,more&keys=text1,text2')).items).toHaveLength(4)
  })

  it('is reported as such, not as devices that do not exist', async () => {
    const points = await admin.request('GET', `/api/v1/telemetry?devices=${texts.join(',')},a&points=10`)
    expect(points.status).toBe(400)
    expect(await points.json()).toMatchObject({ code: 'too_many_series' })
  })
})
