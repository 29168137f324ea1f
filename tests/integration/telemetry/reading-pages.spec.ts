import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { addDevice, type History, type Item, type StoredSample, store } from './reading-support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const begin = Date.UTC(2026, 4, 4) * 1_000
const read = (query: string) => admin.send<History>('GET', `/api/v1/telemetry?${query}`)
const place = ({ device, key, ts }: Item) => `${ts} ${device} ${key}`

/** Every page, with something done between two of them. */
async function pages(query: string, between: () => Promise<unknown> = async () => {}): Promise<Item[]> {
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: History = await read(`${query}${cursor && `&cursor=${cursor}`}`)
    items.push(...page.items)
    cursor = page.nextCursor
    if (cursor !== null) await between()
  }
  return items
}

/** Keys of very different density, with times that several of them share. */
async function fill(seed: number): Promise<{ devices: string[]; stored: Map<string, StoredSample[]> }> {
  const devices = [await addDevice(admin), await addDevice(admin)]
  const stored = new Map<string, StoredSample[]>()
  for (const [index, count] of [3, 40, 700].entries()) {
    for (const device of devices) {
      const [times] = fc.sample(
        fc.uniqueArray(fc.integer({ min: 0, max: 2_000 }), { minLength: count, maxLength: count }),
        { numRuns: 1, seed: seed + index },
      )
      const samples = (times ?? []).map((n) => ({ us: begin + n * 1_000, value: n }))
      await store(platform.pool, device, `k${index}`, samples)
      stored.set(`${device} k${index}`, samples)
    }
  }
  return { devices, stored }
}

describe('pages of several devices', () => {
  it('have every sample once, by time, device and key, whatever their length', async () => {
    const { devices, stored } = await fill(1)
    const all = await pages(`devices=${devices.join()}&limit=10000`)
    expect(all).toHaveLength([...stored.values()].flat().length)
    const keys = all.map(({ ts, device, key }) => [ts, device ?? '', key] as const)
    const sorted = [...keys].sort(
      (a, b) => a[0] - b[0] || (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : a[2] < b[2] ? -1 : 1),
    )
    expect(keys).toEqual(sorted)
    for (const limit of [1_486, 1_485, 997, 50, 7])
      expect(await pages(`devices=${devices.join()}&limit=${limit}`)).toEqual(all)
  })

  it('neither skip nor repeat stored samples while others arrive everywhere', async () => {
    const { devices } = await fill(2)
    const query = `devices=${devices.join()}&limit=61`
    const before = (await pages(`devices=${devices.join()}&limit=10000`)).map(place)
    let n = 0
    const arriving = async () => {
      for (const device of devices) {
        // Before, at and behind the place where the reader is; between times that are there, and of keys that are not.
        const samples = [0, 500, 1_000, 1_500, 2_500].map((ms) => ({
          us: begin + ms * 1_000 + ++n,
          value: n,
        }))
        await store(platform.pool, device, n % 3 === 0 ? 'late' : 'k1', samples)
      }
    }
    const seen = (await pages(query, arriving)).map(place)
    expect(new Set(seen).size).toBe(seen.length)
    const known = new Set(seen)
    expect(before.filter((one) => !known.has(one))).toEqual([])
    expect(seen.length).toBeGreaterThan(before.length)
  })

  it('keep their order for characters of several bytes', async () => {
    const device = await addDevice(admin)
    const keys = ['z', 'é', '～', '😀', 'a,b'.replace(',', '·')]
    for (const key of keys) await store(platform.pool, device, key, [{ us: begin, value: key }])
    const all = await pages(`devices=${device}&limit=10`)
    expect(all.map(({ key }) => key)).toEqual(
      [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    expect(await pages(`devices=${device}&limit=1`)).toEqual(all)
  })

  it('end early where values are long, and continue on the next', async () => {
    const device = await addDevice(admin)
    const text = 'x'.repeat(60_000)
    const samples = Array.from({ length: 300 }, (_, n) => ({ us: begin + n * 1_000, value: `${n} ${text}` }))
    await store(platform.pool, device, 'long', samples)
    const first = await read(`devices=${device}&limit=10000`)
    expect(first.items.length).toBeLessThan(200)
    expect(first.nextCursor).not.toBeNull()
    const all = await pages(`devices=${device}&limit=10000`)
    expect(all.map(({ value }) => String(value).split(' ')[0])).toEqual(samples.map((_, n) => String(n)))
  })
})

it('an integer that a double cannot hold is answered as its digits, everywhere', async () => {
  const device = await addDevice(admin)
  await store(platform.pool, device, 'counter', [
    { us: begin, value: 9_007_199_254_740_993n },
    { us: begin + 1_000, value: 5 },
    { us: begin + 2_000, value: 18_446_744_073_709_551_615n },
  ])
  const digits = ['9007199254740993', 5, '18446744073709551615']
  const values = ({ items }: History) => items.map(({ value }) => value)
  expect(values(await read(`devices=${device}`))).toEqual(digits)
  expect(values(await read(`devices=${device}&points=10`))).toEqual(digits)
  expect(values(await admin.send('GET', `/api/v1/devices/${device}/telemetry/latest`))).toEqual([digits[2]])
  const csv = await admin.request('GET', `/api/v1/devices/${device}/telemetry?format=csv`)
  expect((await csv.text()).split('\r\n').map((line) => line.split(',')[3])).toEqual([
    'value',
    ...digits.map(String),
    undefined,
  ])
})
