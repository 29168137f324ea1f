import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { createClient } from '../../support/http-client.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { registerDevice } from '../mqtt/support.js'
import { addDevice, type History, storeSeries } from './reading-support.js'

let platform: Platform
let admin: Administrator

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
})
afterAll(() => platform?.stop())

const dayMs = 86_400_000
const begin = Date.UTC(2026, 0, 5)
const read = (device: string, query: string) =>
  admin.send<History>('GET', `/api/v1/devices/${device}/telemetry?${query}`)

describe('a month of a sample a second', () => {
  let device: string
  const count = 30 * 86_400
  const spikeMs = begin + 12 * dayMs + 12_345_000
  beforeAll(async () => {
    device = await addDevice(admin)
    const expression = `CASE WHEN i = ${(spikeMs - begin) / 1_000} THEN 500 WHEN i = 77777 THEN -500 ELSE sin(i / 9000.0) * 20 END`
    await storeSeries(platform.pool, device, 't', {
      fromUs: begin * 1_000,
      stepUs: 1_000_000,
      count,
      expression,
    })
  }, 120_000)

  it('is a thousand points from the roll-up by hour, with both spikes', async () => {
    const { items, resolution, thinned, nextCursor } = await read(
      device,
      `keys=t&from=${begin}&to=${begin + 30 * dayMs}&points=1000`,
    )
    expect({ resolution, thinned, nextCursor }).toEqual({
      resolution: 'hour',
      thinned: true,
      nextCursor: null,
    })
    expect(items.length).toBeGreaterThan(500)
    expect(items.length).toBeLessThanOrEqual(1_000)
    const values = items.map(({ value }) => value as number)
    expect(Math.max(...values)).toBe(500)
    expect(Math.min(...values)).toBe(-500)
    expect(Math.abs((items.find(({ value }) => value === 500)?.ts ?? 0) - spikeMs)).toBeLessThan(3_600_000)
    expect(items.map(({ ts }) => ts)).toEqual(items.map(({ ts }) => ts).sort((a, b) => a - b))
    expect(items[0]?.ts).toBe(begin)
    expect(items.at(-1)?.ts).toBe(begin + (count - 1) * 1_000)
  })

  it('is read from minutes for a day, and from samples for an hour', async () => {
    const day = await read(device, `from=${spikeMs - dayMs / 2}&to=${spikeMs + dayMs / 2}&points=1000`)
    expect(day.resolution).toBe('minute')
    expect(day.items.filter(({ value }) => value === 500)).toHaveLength(1)
    const hour = await read(device, `from=${spikeMs - 1_800_000}&to=${spikeMs + 1_800_000}&points=1000`)
    expect(hour).toMatchObject({ resolution: 'raw', thinned: true })
    expect(hour.items).toContainEqual({ key: 't', ts: spikeMs, value: 500 })
    const minute = await read(device, `from=${spikeMs - 30_000}&to=${spikeMs + 30_000}&points=1000`)
    expect(minute).toMatchObject({ resolution: 'raw', thinned: false })
    expect(minute.items).toHaveLength(60)
  })

  it('has nothing from outside of the range, though roll-ups reach beyond it', async () => {
    const [from, to] = [begin + 77_777_000 + 1_000, spikeMs]
    const { items, resolution } = await read(device, `from=${from}&to=${to}&points=300`)
    expect(resolution).toBe('hour')
    const values = items.map(({ value }) => value as number)
    expect(Math.max(...values)).toBeLessThan(21)
    expect(Math.min(...values)).toBeGreaterThan(-21)
    expect(items[0]?.ts).toBe(from)
    expect(items.at(-1)?.ts).toBe(to - 1_000)
  })
})

it('a sample is read as soon as it is stored, from the roll-ups that ingest writes', async () => {
  const { id, credential } = await registerDevice(admin)
  const basic = Buffer.from(`${credential.username}:${credential.password}`).toString('base64')
  const sender = createClient(platform.url, { authorization: `Basic ${basic}` })
  const from = Date.now() - 4 * 3_600_000
  const value = (n: number) => (n === 7_777 ? 500 : n === 3_333 ? -500 : Math.sin(n / 1_000))
  for (let first = 0; first < 12_000; first += 1_000) {
    const records = Array.from({ length: 1_000 }, (_, index) => {
      const n = first + index
      return {
        ts: from + n * 1_000,
        values: n % 2_000 === 0 ? { t: value(n), on: n % 4_000 === 0 } : { t: value(n) },
      }
    })
    await sender.send('POST', `/api/v1/devices/${id}/telemetry`, records)
  }
  const range = `from=${from}&to=${from + 12_000_000}`
  const { items, resolution } = await read(id, `${range}&points=6`)
  expect(resolution).toBe('hour')
  const numbers = items.filter(({ key }) => key === 't').map((item) => item.value as number)
  expect(numbers).toContain(500)
  expect(numbers).toContain(-500)
  expect(items.filter(({ key }) => key === 'on').map((item) => item.value)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ])
  const counted = await read(id, `${range}&keys=t&aggregate=count&interval=1w`)
  expect(counted.items.reduce((sum, item) => sum + (item.value as number), 0)).toBe(12_000)
})
