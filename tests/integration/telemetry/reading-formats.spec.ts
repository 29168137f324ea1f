import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { eventually } from '../mqtt/support.js'
import { apiKey, ask } from '../rest/callers.js'
import { addDevice, type History, store, storeSeries } from './reading-support.js'

let platform: Platform
let admin: Administrator
let device: string

const begin = Date.UTC(2026, 5, 1)
const count = 600_000

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  device = await addDevice(admin)
  await storeSeries(platform.pool, device, 'big', {
    fromUs: begin * 1_000,
    stepUs: 1_000_000,
    count,
    expression: 'i',
  })
  await store(platform.pool, device, 'state', [
    { us: begin * 1_000 + 500, value: 'on, "now"' },
    { us: begin * 1_000 + 2_000_000, value: { a: [true] } },
  ])
}, 180_000)
afterAll(() => platform?.stop())

const path = (query = '') => `/api/v1/devices/${device}/telemetry?${query}`
const few = `to=${begin + 3_000}`

/** A response as it comes, which waits when it is not read. */
async function open(url: string, by?: { key: string }): Promise<IncomingMessage> {
  const { key } = by ?? (await apiKey(platform, admin))
  const request = http.get(new URL(url, platform.url), { headers: { authorization: `Bearer ${key}` } })
  const [response] = await once(request, 'response')
  return response
}

describe('history as CSV', () => {
  it('has a header, and a line for each sample', async () => {
    const response = await admin.request('GET', path(`format=csv&${few}`))
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${device}-telemetry.csv"`)
    expect((await response.text()).split('\r\n')).toEqual([
      'time,ts,key,value',
      `2026-06-01T00:00:00.000Z,${begin},big,0`,
      `2026-06-01T00:00:00.000500Z,${begin}.5,state,"on, ""now"""`,
      `2026-06-01T00:00:01.000Z,${begin + 1_000},big,1`,
      `2026-06-01T00:00:02.000Z,${begin + 2_000},big,2`,
      `2026-06-01T00:00:02.000Z,${begin + 2_000},state,"{""a"":[true]}"`,
      '',
    ])
  })

  it('is available for points, aggregates and several devices', async () => {
    const of = async (url: string) => (await (await admin.request('GET', url)).text()).trim().split('\r\n')
    expect((await of(path('format=csv&keys=big&points=100'))).length).toBeLessThanOrEqual(101)
    expect(await of(path(`format=csv&keys=big&aggregate=max&interval=1h&${few}`))).toEqual([
      'time,ts,key,value',
      `2026-06-01T00:00:00.000Z,${begin},big,2`,
    ])
    const several = await of(`/api/v1/telemetry?devices=${device}&format=csv&limit=1`)
    expect(several).toEqual(['time,ts,device,key,value', `2026-06-01T00:00:00.000Z,${begin},${device},big,0`])
  })

  it('has semicolons, decimal commas and a byte order mark where they are asked for', async () => {
    const bytes = async (query: string) =>
      Buffer.from(await (await admin.request('GET', path(`${query}&${few}`))).arrayBuffer()).toString('utf8')
    const time = '2026-06-01T00:00:00'
    expect((await bytes('format=csv&delimiter=semicolon&decimal=comma&bom=true')).split('\r\n')).toEqual([
      '\uFEFFtime;ts;key;value',
      `${time}.000Z;${begin};big;0`,
      `${time}.000500Z;${begin},5;state;"on, ""now"""`,
      `2026-06-01T00:00:01.000Z;${begin + 1_000};big;1`,
      `2026-06-01T00:00:02.000Z;${begin + 2_000};big;2`,
      `2026-06-01T00:00:02.000Z;${begin + 2_000};state;"{""a"":[true]}"`,
      '',
    ])
    const average = 'format=csv&keys=big&aggregate=avg&interval=2s'
    expect((await bytes(average)).split('\r\n')[1]).toBe(`${time}.000Z,${begin},big,0.5`)
    expect((await bytes(`${average}&decimal=comma`)).split('\r\n')[1]).toBe(`${time}.000Z,${begin},big,"0,5"`)
    expect((await bytes(`${average}&bom=true`)).startsWith('\uFEFFtime,ts,key,value\r\n')).toBe(true)
  })

  it('alone has them', async () => {
    const refused = await ask(admin, 'GET', path('format=ndjson&delimiter=semicolon&bom=false'))
    expect(refused).toMatchObject({
      status: 400,
      body: {
        detail: 'delimiter: goes with format=csv only',
        errors: [{ path: 'delimiter' }, { path: 'bom' }],
      },
    })
    for (const query of ['delimiter=tab', 'decimal=;', 'bom=yes'])
      expect(await ask(admin, 'GET', path(`format=csv&${query}`))).toMatchObject({
        status: 400,
        body: { errors: [{ path: query.split('=')[0] }] },
      })
    const accepted = { accept: 'text/csv' }
    const byHeader = await admin.request('GET', path(`delimiter=semicolon&${few}`), undefined, accepted)
    expect(await byHeader.text()).toMatch(/^time;ts;key;value\r\n/)
  })

  it('without samples is a header', async () => {
    const empty = await addDevice(admin)
    const response = await admin.request('GET', `/api/v1/devices/${empty}/telemetry?format=csv`)
    expect(await response.text()).toBe('time,ts,key,value\r\n')
  })

  it('of any range is complete, and is read no faster than the client reads it', async () => {
    const response = await open(path('format=csv&keys=big'))
    expect(response.statusCode).toBe(200)
    // Nobody reads yet. What is stored now at the very end is in the answer only if the platform waited.
    await once(response, 'readable')
    await store(platform.pool, device, 'big', [{ us: (begin + count * 1_000) * 1_000, value: 4_711 }])
    const lines = (await text(response)).trimEnd().split('\r\n')
    expect(lines).toHaveLength(count + 2)
    expect(lines.at(-1)).toMatch(/,big,4711$/)
    expect(lines.at(-2)).toMatch(new RegExp(`,big,${count - 1}$`))
  })

  it('is cut off when the database stops, so that it does not look complete; and the next one works', async () => {
    const response = await open(path('format=ndjson'))
    await once(response, 'readable')
    await platform.pool.query('ALTER TABLE telemetry.sample RENAME TO gone')
    await expect(text(response)).rejects.toThrow()
    await platform.pool.query('ALTER TABLE telemetry.gone RENAME TO sample')
    expect((await admin.request('GET', path(`format=ndjson&${few}`))).status).toBe(200)
  })
})

describe('slow readers', () => {
  it('are limited for each caller, and the next is told when to try again', async () => {
    const caller = await apiKey(platform, admin)
    const csv = path('format=csv&keys=big')
    const readers = await Promise.all(Array.from({ length: 4 }, () => open(csv, caller)))
    for (const reader of readers) await once(reader, 'readable')

    const refused = await ask(caller, 'GET', csv)
    expect(refused).toMatchObject({ status: 429, body: { status: 429, code: 'too_many_exports' } })
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('ratelimit-policy')).toContain(
      '"exports.perCaller";q=4;qu="concurrent-requests"',
    )
    expect(refused.headers.get('ratelimit')).toMatch(
      /"apiKeyRequests";r=\d+;t=1, "exports.perCaller";r=0;t=10$/,
    )
    expect((await caller.request('GET', path(few))).status).toBe(200)
    expect((await (await apiKey(platform, admin)).request('HEAD', csv)).status).toBe(200)

    readers[0]?.destroy()
    await eventually(async () =>
      expect((await ask(caller, 'GET', path(`format=csv&${few}`))).status).toBe(200),
    )
    for (const reader of readers) reader.destroy()
  })
})

describe('the format', () => {
  it('is the one that Accept prefers, unless the query names one', async () => {
    const type = async (query: string, accept: string) =>
      (await admin.request('GET', path(`${few}${query}`), undefined, { accept })).headers.get('content-type')
    expect(await type('', 'text/csv')).toMatch(/^text\/csv/)
    expect(await type('', 'application/x-ndjson')).toMatch(/^application\/x-ndjson/)
    expect(await type('', '*/*')).toMatch(/^application\/json/)
    expect(await type('&format=json', 'text/csv')).toMatch(/^application\/json/)
  })

  it('NDJSON has the same items as JSON', async () => {
    const { items } = await admin.send<History>('GET', path(few))
    const lines = await (await admin.request('GET', path(`format=ndjson&${few}`))).text()
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items)
  })

  it('does not hide errors', async () => {
    const problem = async (url: string) => {
      const response = await admin.request('GET', url)
      expect(response.headers.get('content-type')).toContain('application/problem+json')
      return response.status
    }
    expect(await problem(path('format=csv&from=yesterday'))).toBe(400)
    expect(await problem('/api/v1/devices/nobody/telemetry?format=csv')).toBe(404)
    await platform.pool.query('ALTER TABLE telemetry.sample RENAME TO gone')
    expect(await problem(path('format=csv'))).toBe(500)
    await platform.pool.query('ALTER TABLE telemetry.gone RENAME TO sample')
  })
})
