import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { LiveMessage } from '@/lib/live/live-connection'
import { openTelemetry } from './open-telemetry'
import { TelemetryStore } from './telemetry-store'

const now = Date.UTC(2026, 0, 2, 3, 4, 5)

beforeEach(() => {
  vi.useFakeTimers({ now })
  vi.stubGlobal('document', { addEventListener() {}, removeEventListener() {} })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('shows retained telemetry with the time at which it was stored, not with that of its arrival', async () => {
  const stored = { key: 'temperature', ts: now - 7_200_000, value: 21.5 }
  vi.stubGlobal('fetch', async (path: string) =>
    Response.json(path.includes('/latest') ? { items: [stored] } : { items: [], nextCursor: null }),
  )
  const store = new TelemetryStore()
  let publish: (message: LiveMessage) => void = () => {}
  const close = openTelemetry({
    org: 'acme',
    device: 'pump',
    store,
    subscribe: (_filter, onMessage) => {
      publish = onMessage
      return () => {}
    },
  })
  const topic = 'acme/devices/pump/telemetry'
  const payload = new TextEncoder().encode('{"temperature": 21.5}')
  publish({ topic, payload, retained: true, receivedAt: now })
  await vi.advanceTimersByTimeAsync(10)
  expect(store.series('temperature')?.latest).toMatchObject({ ts: stored.ts, value: 21.5 })
  expect(store.series('temperature')?.points.length).toBe(1)
  publish({
    topic,
    payload: new TextEncoder().encode('{"temperature": 22}'),
    retained: false,
    receivedAt: now + 10,
  })
  expect(store.series('temperature')?.latest?.ts).toBeCloseTo(now + 10, 1)
  close()
})

it('asks for one key as it is, with its commas and spaces', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path)
    return Response.json({ items: [], nextCursor: null })
  })
  const store = new TelemetryStore()
  const close = openTelemetry({ org: 'acme', device: 'pump', key: 'a,b ', store, subscribe: () => () => {} })
  await vi.advanceTimersByTimeAsync(10)
  close()
  expect(asked.length).toBeGreaterThan(1)
  for (const path of asked)
    expect(new URL(path, 'http://platform').searchParams.getAll('key')).toEqual(['a,b '])
})
