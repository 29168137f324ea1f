import type { Sample, UserProperties } from '@heliograph/protocol'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LiveConnection, LiveMessage } from '@/lib/live/live-connection'
import { openTelemetry } from './open-telemetry'
import { TelemetryStore } from './telemetry-store'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)

beforeEach(() => {
  vi.useFakeTimers({ now })
  const documentElement = { dataset: {} }
  vi.stubGlobal('document', { documentElement, addEventListener() {}, removeEventListener() {} })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const utf8 = new TextEncoder()
const of = (channel: string) => `acme/devices/pump/${channel}`

/** A platform that stores `stored`, a page that shows a device, and what the platform passes on to it. */
function open({ stored = [], key }: { stored?: Sample[]; key?: string } = {}) {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return Response.json({ items: stored, ...(path.includes('/latest') ? {} : { nextCursor: null }) })
  })
  const store = new TelemetryStore()
  const listeners = new Map<string, (message: LiveMessage) => void>()
  const subscribe: LiveConnection['subscribe'] = (filter, onMessage) => {
    listeners.set(filter, onMessage)
    return () => listeners.delete(filter)
  }
  const only = key === undefined ? {} : { key }
  const close = openTelemetry({ org: 'acme', device: 'pump', ...only, store, subscribe })
  const publish = (topic: string, payload: object, userProperties: UserProperties = {}) =>
    listeners.get(topic)?.({
      topic,
      payload: utf8.encode(JSON.stringify(payload)),
      retained: false,
      userProperties,
      receivedAt: Date.now(),
    })
  const drawn = (name: string) => [...(store.series(name)?.points.times ?? [])]
  return { store, publish, drawn, asked, close, listeners }
}

it('draws what comes at once, at the times at which the platform stores it', async () => {
  const { publish, drawn, close } = open()
  publish(of('telemetry'), [{ a: 1 }, { ts: now - 7, values: { a: 2 } }, { a: 3, b: 4 }], {
    time: `${now}.999`,
  })
  expect(drawn('a')).toEqual([now - 7, now + 0.999, now + 1])
  expect(drawn('b')).toEqual([now + 1])
  close()
})

it('draws nothing that is not stored', async () => {
  const { store, publish, close } = open()
  publish(of('telemetry'), { a: 1 })
  publish(of('telemetry'), { ts: now, values: { a: 2 } }, { stored: 'false' })
  expect(store.keys()).toEqual([])
  close()
})

it('takes only its one key from what comes', async () => {
  const { store, publish, drawn, close } = open({ key: '__proto__' })
  publish(of('telemetry'), JSON.parse('{"__proto__": 1, "a": 2}'), { time: `${now}.000` })
  publish(of('telemetry'), { a: 2 }, { time: `${now}.001` })
  expect(store.keys()).toEqual(['__proto__'])
  expect(drawn('__proto__')).toEqual([now])
  close()
})

it('looks after a refusal whether what it has drawn is stored', async () => {
  const { publish, drawn, close } = open({ stored: [{ key: 'a', ts: now, value: 1 }] })
  publish(of('telemetry'), [{ a: 1 }, { a: 2 }], { time: `${now}.000` })
  await vi.advanceTimersByTimeAsync(10_000)
  publish(of('notices'), { code: 'clock_not_set', topic: of('telemetry'), detail: 'ts is 1970' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(drawn('a')).toEqual([now, now + 0.001])
  publish(of('notices'), { code: 'telemetry_set_aside', topic: of('telemetry'), detail: 'it is too slow' })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(drawn('a')).toEqual([now])
  close()
})

it('reads all of it when the database of the platform keeps up again, and listens to nothing once it is closed', async () => {
  const stored: Sample[] = []
  const { publish, drawn, close, listeners } = open({ stored })
  const statuses = { online: 0, quiet: 0, offline: 0, never: 0 }
  const rates = { messagesPerSecond: 0, samplesPerSecond: 0, refusals: [], storage: null }
  const slowConsumers = { connections: 0, droppedMessages: 0 }
  const fleet = (state: 'ok' | 'away') => ({
    ...{ ts: now, devices: 1, online: 0, statuses, ...rates, slowConsumers, store: { state, since: now } },
  })
  publish('acme/fleet', fleet('away'))
  await vi.advanceTimersByTimeAsync(10_000)
  stored.push({ key: 'a', ts: now, value: 1 })
  publish('acme/fleet', fleet('ok'))
  await vi.advanceTimersByTimeAsync(10)
  expect(drawn('a')).toEqual([now])
  close()
  expect([...listeners]).toEqual([])
})

it('asks for one key as it is, with its commas and spaces', async () => {
  const { asked, close } = open({ key: 'a,b ' })
  await vi.advanceTimersByTimeAsync(10)
  close()
  expect(asked.length).toBeGreaterThan(1)
  for (const path of asked)
    expect(new URL(path, 'http://platform').searchParams.getAll('key')).toEqual(['a,b '])
})
