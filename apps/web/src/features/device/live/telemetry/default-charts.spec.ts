import { expect, it } from 'vitest'
import { defaultCharts } from './default-charts'
import { TelemetryStore } from './telemetry-store'

function storeOf(series: Record<string, (number | string | boolean)[]>) {
  const store = new TelemetryStore()
  for (const [key, values] of Object.entries(series))
    store.addStored(
      values.map((value, index) => ({ key, ts: 1_000 * (index + 1), value })),
      10_000,
    )
  return store
}
const none = new Set<string>()

it('puts keys that move before those that stand still', () => {
  const store = storeOf({
    altitude: [100, 100, 100],
    baud: [9600, 9600],
    channel: [11, 11],
    humidity: [40, 41],
    temperature: [20, 21],
    door: [true, true],
    mode: ['idle', 'busy'],
    name: ['a', 'a'],
  })
  expect([...defaultCharts(store, store.keys(), none)]).toEqual([
    'humidity',
    'temperature',
    'altitude',
    'mode',
    'door',
  ])
})

it('keeps what moves when another key begins to', () => {
  const store = storeOf({ a: [1, 2], b: [1, 2], c: [1, 2], d: [1, 2] })
  expect([...defaultCharts(store, store.keys(), new Set(['b', 'c', 'd']))]).toEqual(['b', 'c', 'd'])
})

it('charts numbers with a text among them', () => {
  const store = storeOf({ level: [1, 2, 3, 'ERR'] })
  expect([...defaultCharts(store, store.keys(), none)]).toEqual(['level'])
  expect(store.series('level')?.kind).toBe('numbers')
})
