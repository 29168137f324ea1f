import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { ask } from '../rest/callers.js'
import { addDevice, type History, type StoredSample, store, storeSeries } from './reading-support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const hourUs = 3_600_000_000
const read = (device: string, query: string) =>
  admin.send<History>('GET', `/api/v1/devices/${device}/telemetry?${query}`)

const intervalsUs = {
  '250ms': 250_000,
  '7s': 7_000_000,
  '1m': 60_000_000,
  '5m': 300_000_000,
  '90m': 1.5 * hourUs,
  '1h': hourUs,
  '6h': 6 * hourUs,
  '1d': 24 * hourUs,
  '1w': 168 * hourUs,
} as const

const plain: Record<string, (numbers: number[], all: StoredSample[]) => number> = {
  avg: (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length,
  min: (numbers) => Math.min(...numbers),
  max: (numbers) => Math.max(...numbers),
  sum: (numbers) => numbers.reduce((a, b) => a + b, 0),
  count: (_, all) => all.length,
  first: (numbers) => numbers[0] ?? Number.NaN,
  last: (numbers) => numbers.at(-1) ?? Number.NaN,
  p50: (numbers) => percentile(numbers, 0.5),
  'p99.9': (numbers) => percentile(numbers, 0.999),
}

/** Between the two nearest numbers, as PostgreSQL's percentile_cont has it. */
function percentile(numbers: number[], fraction: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const place = fraction * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0]
  return below + (above - below) * (place - Math.floor(place))
}

/** What the aggregates of the range are, from the samples themselves. */
function recompute(
  samples: readonly StoredSample[],
  aggregate: string,
  lengthUs: number,
  from: number,
  to: number,
) {
  const origin = lengthUs % (168 * hourUs) === 0 ? -72 * hourUs : 0
  const groups = new Map<number, StoredSample[]>()
  for (const sample of samples) {
    if (sample.us < from || sample.us >= to) continue
    const start = Math.floor((sample.us - origin) / lengthUs) * lengthUs + origin
    groups.set(start, [...(groups.get(start) ?? []), sample])
  }
  return [...groups]
    .map(([start, all]) => ({
      start,
      all,
      numbers: all.flatMap(({ value }) => (typeof value === 'number' ? value : [])),
    }))
    .filter(({ numbers }) => aggregate === 'count' || numbers.length > 0)
    .map(({ start, all, numbers }) => ({
      key: 'n',
      ts: start / 1_000,
      value: plain[aggregate]?.(numbers, all),
    }))
}

describe('aggregates', () => {
  let device: string
  const begin = Date.UTC(2026, 2, 27, 22) * 1_000
  let samples: StoredSample[]

  // Five days around the night in which clocks are put forward: a sample now and then, in bursts, at the very borders.
  beforeAll(async () => {
    device = await addDevice(admin)
    const [unsorted] = fc.sample(
      fc.uniqueArray(
        fc.record({
          us: fc.oneof(
            fc.integer({ min: 0, max: 120 * hourUs }),
            fc.integer({ min: 30 * hourUs, max: 30 * hourUs + 120_000_000 }),
            fc.integer({ min: 0, max: 120 }).map((hours) => hours * hourUs),
            fc.integer({ min: 1, max: 7_200 }).map((minutes) => minutes * 60_000_000 - 1),
          ),
          // Whole numbers, so that sums are the same in whatever order.
          value: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -1e6, max: 1e6 }) }, fc.boolean()),
        }),
        { minLength: 3_000, maxLength: 3_000, selector: ({ us }) => us },
      ),
      { numRuns: 1, seed: 42 },
    )
    samples = (unsorted ?? []).map(({ us, value }) => ({ us: begin + us, value })).sort((a, b) => a.us - b.us)
    await store(platform.pool, device, 'n', samples)
  })

  it('equal a plain computation from samples, for any interval and range', async () => {
    const place = fc.oneof(
      fc.integer({ min: -hourUs, max: 121 * hourUs }),
      fc.integer({ min: 0, max: 120 }).map((hours) => hours * hourUs),
      fc.integer({ min: 0, max: 2_999 }).map((index) => (samples[index]?.us ?? begin) - begin),
    )
    const cases = fc.tuple(
      fc.constantFrom(...Object.keys(plain)),
      fc.constantFrom(...(Object.keys(intervalsUs) as (keyof typeof intervalsUs)[])),
      place,
      place,
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([aggregate, interval, a, b]) => {
        const [from, to] = [begin + Math.min(a, b), begin + Math.max(a, b)]
        const lengthUs = intervalsUs[interval]
        const page = await read(
          device,
          `aggregate=${aggregate}&interval=${interval}&from=${from / 1_000}&to=${to / 1_000}`,
        )
        const expected = recompute(samples, aggregate, lengthUs, from, to)
        expect(page.items.map(({ ts }) => ts)).toEqual(expected.map(({ ts }) => ts))
        page.items.forEach(({ value }, index) => {
          expect(value).toBeCloseTo(expected[index]?.value ?? Number.NaN, 6)
        })
        expect(page.intervalMs).toBe(lengthUs / 1_000)
      }),
      { numRuns: 150 },
    )
  })

  it('are read from the coarsest data that gives them', async () => {
    const resolution = async (query: string) => (await read(device, query)).resolution
    expect(await resolution('aggregate=avg&interval=1d')).toBe('hour')
    expect(await resolution('aggregate=avg&interval=5m')).toBe('minute')
    expect(await resolution('aggregate=avg&interval=7s')).toBe('raw')
    expect(await resolution('aggregate=p95&interval=1d')).toBe('raw')
  })

  it('are no more than the requested points', async () => {
    const { items, intervalMs } = await read(device, 'aggregate=max&points=50')
    expect(items.length).toBeLessThanOrEqual(50)
    expect(intervalMs).toBe(3 * 3_600_000)
  })

  it('fill intervals without samples', async () => {
    const sparse = await addDevice(admin)
    const at = Date.UTC(2026, 0, 1) * 1_000
    await store(platform.pool, sparse, 'n', [
      { us: at + 5, value: 10 },
      { us: at + 3 * hourUs, value: 40 },
    ])
    const values = async (query: string) =>
      (await read(sparse, `aggregate=avg&interval=1h&${query}`)).items.map(({ value }) => value)
    const range = `from=${at / 1_000}&to=${(at + 5 * hourUs) / 1_000}`
    expect(await values(range)).toEqual([10, 40])
    expect(await values(`${range}&fill=null`)).toEqual([10, null, null, 40, null])
    expect(await values(`${range}&fill=zero`)).toEqual([10, 0, 0, 40, 0])
    expect(await values(`${range}&fill=previous`)).toEqual([10, 10, 10, 40, 40])
    expect(await values(`${range}&fill=linear`)).toEqual([10, 20, 30, 40, null])
    expect(await values('fill=linear')).toEqual([10, 20, 30, 40])
  })
})

describe('days of a time zone', () => {
  let device: string
  let samples: StoredSample[]
  const quarterUs = hourUs / 4

  // Around the nights of both clock changes in Europe: at each quarter of an hour, just before it, and something else.
  beforeAll(async () => {
    device = await addDevice(admin)
    samples = ['2026-03-27T12:07:00Z', '2026-10-23T12:07:00Z'].flatMap((begin) =>
      Array.from({ length: 4 * 24 * 4 }, (_, index) => {
        const us = Math.floor((Date.parse(begin) * 1_000) / quarterUs + index) * quarterUs
        return [
          { us: us - 1, value: index % 101 },
          { us, value: (index * 37) % 89 },
          { us: us + 400_000_000, value: index % 2 === 0 },
        ]
      }).flat(),
    )
    await store(platform.pool, device, 'n', samples)
  })

  /** By the date that a calendar shows at each sample; a day begins at the first quarter of an hour with its date. */
  function byDate(timeZone: string, aggregate: string) {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone })
    const groups = new Map<string, StoredSample[]>()
    for (const sample of samples) {
      const date = format.format(Math.floor(sample.us / 1_000))
      groups.set(date, [...(groups.get(date) ?? []), sample])
    }
    return [...groups].map(([date, all]) => {
      let ts = Date.parse(date) - 15 * 3_600_000
      while (format.format(ts) !== date) ts += 900_000
      const numbers = all.flatMap(({ value }) => (typeof value === 'number' ? value : []))
      return { key: 'n', ts, value: plain[aggregate]?.(numbers, all) }
    })
  }

  const range = `from=${Date.UTC(2026, 2, 1)}&to=${Date.UTC(2026, 10, 1)}`
  it.each([
    ['Europe/Berlin', 'hour'],
    ['America/Los_Angeles', 'hour'],
    ['Asia/Kolkata', 'minute'],
    ['Asia/Kathmandu', 'minute'],
    ['UTC', 'hour'],
  ])(
    'equal a plain computation by the calendar of %s, from the roll-up by %s',
    async (timeZone, resolution) => {
      for (const aggregate of Object.keys(plain)) {
        const query = `${range}&aggregate=${aggregate}&interval=1d&timeZone=${timeZone}`
        const expected = byDate(timeZone, aggregate)
        const page = await read(device, query)
        expect(page.items.map(({ ts }) => new Date(ts).toISOString())).toEqual(
          expected.map(({ ts }) => new Date(ts).toISOString()),
        )
        page.items.forEach(({ value }, index) => {
          expect(value).toBeCloseTo(expected[index]?.value ?? Number.NaN, 6)
        })
        expect(page.resolution).toBe(aggregate.startsWith('p') ? 'raw' : resolution)
        const file = async (format: string) => {
          const response = await admin.request(
            'GET',
            `/api/v1/devices/${device}/telemetry?${query}&format=${format}`,
          )
          return (await response.text()).trimEnd().split(/\r?\n/)
        }
        expect((await file('ndjson')).map((line) => JSON.parse(line))).toEqual(page.items)
        expect((await file('csv')).slice(1)).toEqual(
          page.items.map(({ ts, key, value }) => `${new Date(ts).toISOString()},${ts},${key},${value}`),
        )
      }
    },
  )

  it('have 23 and 25 hours where clocks are changed, and are cut at the ends of the range', async () => {
    const steady = await addDevice(admin)
    for (const [fromUs, hours] of [
      [Date.UTC(2026, 2, 27, 23), 71],
      [Date.UTC(2026, 9, 23, 22), 73],
    ] as const)
      await storeSeries(platform.pool, steady, 'n', {
        fromUs: fromUs * 1_000,
        stepUs: hourUs,
        count: hours,
        expression: '1',
      })
    const counts = async (query: string) =>
      (await read(steady, `aggregate=count&interval=1d&timeZone=Europe/Berlin${query}`)).items.map(
        ({ ts, value }) => [new Date(ts).toISOString().slice(0, 13), value],
      )
    const spring = [
      ['2026-03-27T23', 24],
      ['2026-03-28T23', 23],
      ['2026-03-29T22', 24],
    ]
    expect(await counts('')).toEqual([
      ...spring,
      ['2026-10-23T22', 24],
      ['2026-10-24T22', 25],
      ['2026-10-25T23', 24],
    ])
    expect(await counts('&from=2026-03-28T12:00:00Z&to=2026-03-29T12:00:00Z')).toEqual([
      ['2026-03-27T23', 11],
      ['2026-03-28T23', 13],
    ])
    const filled = '&fill=zero&from=2026-03-26T23:00:00Z&to=2026-03-30T22:00:01Z'
    expect(await counts(filled)).toEqual([['2026-03-26T23', 0], ...spring, ['2026-03-30T22', 0]])
    const all = await counts('&fill=zero')
    expect(all).toHaveLength(213)
    expect(all.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(71 + 73)
  })

  it('are chosen for points, and leave shorter intervals as they are', async () => {
    const times = async (query: string) => (await read(device, `${range}&${query}`)).items.map(({ ts }) => ts)
    const spring = `aggregate=count&from=2026-03-27T23:00:00Z&to=2026-03-31T22:00:00Z`
    const { items, intervalMs } = await read(device, `${spring}&points=4&timeZone=Europe/Berlin`)
    expect(intervalMs).toBe(24 * 3_600_000)
    expect(items.map(({ ts }) => new Date(ts).toISOString().slice(0, 13))).toEqual([
      '2026-03-27T23',
      '2026-03-28T23',
      '2026-03-29T22',
      '2026-03-30T22',
    ])
    const hourly = 'aggregate=count&interval=1h'
    expect(await times(`${hourly}&timeZone=Asia/Kolkata`)).toEqual(await times(hourly))
  })

  it('of a zone that does not exist are refused with its name', async () => {
    const telemetry = `/api/v1/devices/${device}/telemetry`
    for (const timeZone of ['Mars/Base', '%2B02:00']) {
      const answer = await ask(admin, 'GET', `${telemetry}?aggregate=avg&interval=1d&timeZone=${timeZone}`)
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'timeZone' }] } })
      expect(answer.body.detail).toContain(
        `${JSON.stringify(decodeURIComponent(timeZone))} is no time zone of the IANA database; expected a name such as`,
      )
    }
    expect(await ask(admin, 'GET', `${telemetry}?timeZone=UTC`)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'timeZone', message: 'goes with aggregate only' }] },
    })
  })
})

describe('extreme queries', () => {
  it.each([
    [
      'aggregate=count&interval=1d&from=0&to=999999999999999&fill=zero&timeZone=Asia/Gaza',
      400,
      'interval: makes 10',
    ],
    ['aggregate=count&interval=1d&from=-18000d&to=now&fill=zero&timeZone=Asia/Gaza', 200, undefined],
    [
      'aggregate=count&interval=36525d&from=0&to=999999999999999&fill=zero&timeZone=Asia/Gaza',
      200,
      undefined,
    ],
    ['aggregate=avg&interval=999999999w', 400, 'interval: must not be longer than 36525d'],
    ['aggregate=avg&interval=36526d', 400, 'interval: must not be longer than 36525d'],
    ['aggregate=avg&interval=36525d', 200, undefined],
    ['aggregate=count&interval=36525d&from=0&to=999999999999999&fill=zero', 200, undefined],
    ['aggregate=avg&interval=1ms&from=0&to=999999999999999&fill=zero', 400, 'interval: makes 9'],
    ['aggregate=p99.999&interval=5217w', 200, undefined],
    ['aggregate=avg&points=4&from=-999999999w&to=%2B999999999w', 200, undefined],
    ['points=10000&from=-999999999w&to=%2B999999999w', 200, undefined],
    ['aggregate=avg&interval=99999999999w', 400, 'interval: expected a number and a unit'],
    ['aggregate=avg&interval=1e9s', 400, 'interval: expected a number and a unit'],
    ['from=99999999999999999999', 400, 'from: expected epoch milliseconds'],
    ['limit=999999999', 400, 'limit: '],
    ['points=99999999999', 400, 'points: must be a whole number'],
  ])('%s is answered with %i', async (query, status, detail) => {
    const device = await addDevice(admin)
    await store(platform.pool, device, 'a', [
      { us: Date.UTC(2026, 0, 1) * 1_000, value: 1 },
      { us: Date.UTC(2026, 5, 1) * 1_000, value: 2 },
    ])
    const answer = await ask(admin, 'GET', `/api/v1/devices/${device}/telemetry?${query}`)
    expect(answer).toMatchObject({ status })
    if (detail !== undefined) expect(answer.body.detail).toMatch(new RegExp(`^${detail}`))
  })
})

describe('a query for too much', () => {
  let device: string
  const begin = Date.UTC(2026, 3, 1)
  beforeAll(async () => {
    device = await addDevice(admin)
    const series = { fromUs: begin * 1_000, stepUs: 10_000, count: 2_100_000, expression: 'i % 1000' }
    await storeSeries(platform.pool, device, 'fast', series)
  }, 120_000)

  it('is refused with advice on what to do', async () => {
    const refused = async (query: string) => {
      const response = await admin.request('GET', `/api/v1/devices/${device}/telemetry?${query}`)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    expect(await refused('aggregate=p95&interval=1d')).toMatchObject({
      status: 400,
      body: {
        code: 'range_too_large',
        errors: [{ path: 'from', message: expect.stringContaining('2,100,000 samples') }],
      },
    })
    expect(await refused(`aggregate=avg&interval=1s&from=${begin}`)).toMatchObject({
      status: 400,
      body: { code: 'range_too_large' },
    })
    expect(await refused(`aggregate=avg&interval=1s&from=0&to=now&fill=null`)).toMatchObject({
      status: 400,
      body: { code: 'too_many_items', errors: [{ path: 'interval' }] },
    })
    const hour = await read(device, `aggregate=p95&interval=1d&from=${begin}&to=${begin + 3_600_000}`)
    expect(hour.items).toEqual([{ key: 'fast', ts: begin, value: expect.closeTo(949.05, 6) }])
  })

  it('is thinned by the database', async () => {
    const { items, resolution } = await read(device, `from=${begin}&to=${begin + 3_600_000}&points=200`)
    expect(resolution).toBe('raw')
    expect(items.length).toBeGreaterThan(100)
    expect(items.length).toBeLessThanOrEqual(200)
    for (const { ts, value } of items) expect(value).toBe(((ts - begin) / 10) % 1_000)
    expect(Math.max(...items.map(({ value }) => value as number))).toBe(999)
  })
})
