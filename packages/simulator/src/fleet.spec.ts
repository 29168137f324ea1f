import { events, telemetry } from '@heliograph/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { apiClient } from './api.js'
import { Fleet } from './fleet.js'
import type { SimulateOptions } from './options.js'
import { type PlatformScript, smallPlatform } from './testing/small-platform.js'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 10 })

async function start(options: Partial<SimulateOptions> = {}, script: PlatformScript = {}) {
  const platform = await smallPlatform(script)
  cleanups.push(platform.close)
  const { url } = platform
  const key = 'hg_key_x'
  const fleet = new Fleet(apiClient({ url, key, wait: async () => {} }), {
    devices: 3,
    ratePerSecond: 50,
    keyIsVisible: false,
    transport: 'ws',
    keep: false,
    durationSeconds: null,
    ...options,
    url,
    key,
  })
  cleanups.push(() => fleet.stop())
  return { platform, fleet }
}

describe('Fleet', () => {
  it.each(['ws', 'tcp'] as const)('lets each device send valid telemetry over %s', async (transport) => {
    const { fleet, platform } = await start({ transport })
    await fleet.start()
    await eventually(() => {
      const senders = platform.published.map(({ topic }) => telemetry.match(topic)?.device)
      expect(new Set(senders.filter(Boolean))).toEqual(new Set(platform.devices.keys()))
      expect(fleet.counts).toMatchObject({ registered: 3, connected: 3, refused: 0, errors: 0 })
    })
    for (const { topic, payload } of platform.published) {
      const channel = telemetry.match(topic) === null ? events : telemetry
      expect(() => channel.decode(Buffer.from(payload))).not.toThrow()
    }
  })

  it('registers devices of all kinds, with distinct ids, tags and an interval that fits the rate', async () => {
    const { fleet, platform } = await start({ devices: 12, ratePerSecond: 0.1 })
    await fleet.start()
    const devices = [...platform.devices.values()]
    expect(devices).toHaveLength(12)
    expect(new Set(devices.map(({ tags }) => String(tags))).size).toBe(6)
    for (const device of devices)
      expect(device).toMatchObject({ tags: ['simulated', expect.any(String)], expectedIntervalSeconds: 30 })
    expect(devices.map(({ name }) => String(name).slice(-2))).toContain('12')
    expect(devices.map(({ id }) => String(id)).every((id) => /^sim-[0-9a-f]{6}-[a-z]+-\d\d$/.test(id))).toBe(
      true,
    )
  })

  it('has at most eight requests under way at once', async () => {
    let underWay = 0
    let most = 0
    const answer = async () => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay -= 1
      return undefined
    }
    const { fleet } = await start({ devices: 40, ratePerSecond: 0.1 }, { answer })
    await fleet.start()
    await fleet.stop()
    expect(await fleet.remove()).toEqual([])
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
  })

  it('begins no further device after one could not be registered, and removes the others', async () => {
    const refusal = { status: 409, body: {} }
    const { fleet, platform } = await start(
      { devices: 100 },
      { answer: ({ path, count }) => (count > 20 && path === '/api/v1/devices' ? refusal : undefined) },
    )
    await expect(fleet.start()).rejects.toThrow(/status 409/)
    const { registered } = fleet.counts
    expect(platform.devices.size).toBe(registered)
    expect(platform.requests.filter((request) => request === 'POST /api/v1/devices').length).toBeLessThan(40)
    await fleet.stop()
    expect(await fleet.remove()).toEqual([])
    expect(platform.devices.size).toBe(0)
  })

  it('leaves no device behind when it is stopped during the registration', async () => {
    let proceed = () => {}
    const held = new Promise<void>((resolve) => {
      proceed = resolve
    })
    const { fleet, platform } = await start(
      { devices: 20 },
      { answer: ({ path }) => (path.endsWith('/credentials') ? held.then(() => undefined) : undefined) },
    )
    const started = fleet.start()
    await eventually(() => expect(platform.devices.size).toBe(8))
    const stopped = fleet.stop()
    proceed()
    await Promise.all([started, stopped])
    expect(fleet.counts).toMatchObject({ registered: 8, connected: 0 })
    expect(await fleet.remove()).toEqual([])
    expect(platform.devices.size).toBe(0)
  })

  it('returns the devices that it could not delete, and counts the errors', async () => {
    const { fleet, platform } = await start(
      { devices: 2 },
      {
        answer: ({ method, path }) =>
          method === 'DELETE' && path.endsWith('1') ? { status: 500 } : undefined,
      },
    )
    await fleet.start()
    await fleet.stop()
    expect(await fleet.remove()).toEqual([...platform.devices.keys()])
    expect(platform.devices.size).toBe(1)
    expect(fleet.counts).toMatchObject({ errors: 1, lastError: expect.stringContaining('status 500') })
  })

  it('counts devices whose credential is refused, each error once', async () => {
    const { fleet, platform } = await start(
      { devices: 1 },
      {
        answer: ({ path }) => {
          if (path.endsWith('/credentials')) platform.devices.clear()
          return undefined
        },
      },
    )
    await fleet.start()
    await eventually(() => expect(fleet.counts).toMatchObject({ refused: 1, connected: 0, errors: 1 }))
  })

  it('says that TCP is off where it is', async () => {
    const { fleet } = await start({ transport: 'tcp' }, { withoutTcp: true })
    await expect(fleet.start()).rejects.toThrow(/MQTT over TCP is switched off.*Leave out --transport tcp/)
  })

  it('comes back after its connections were lost, without losing a message', async () => {
    const { fleet, platform } = await start({ devices: 1 })
    await fleet.start()
    await eventually(() => expect(platform.published.length).toBeGreaterThan(3))
    platform.cut()
    await eventually(() => expect(fleet.counts.errors).toBeGreaterThan(0))
    await eventually(() => expect(fleet.counts).toMatchObject({ connected: 1, buffered: 0 }))
    await fleet.stop()
    const { sent, acknowledged, dropped } = fleet.counts
    expect([acknowledged, dropped]).toEqual([sent, 0])
    expect(new Set(platform.published.map(({ topic, payload }) => topic + payload)).size).toBe(sent)
  })
})
