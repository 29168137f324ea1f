import { PayloadError } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { ClosedError, DroppedError } from '../connection/errors.js'
import { eventually, onBroker, pump } from '../testing/on-broker.js'
import type { Script } from '../testing/scripted-broker.js'
import { connectDevice, type Device, type DeviceOptions } from './device.js'

const state = (device: Device) => device.client.state.state

async function startDevice(scripts: Script[], options: Partial<DeviceOptions> = {}) {
  const { broker, client } = await onBroker(scripts, (url) => connectDevice({ ...pump, url, ...options }))
  return { broker, device: client }
}

const texts = (published: { payload: string | Buffer }[]) =>
  published.map(({ payload }) => payload.toString())
const levels = (broker: { published: { payload: string | Buffer }[] }) =>
  texts(broker.published).map((text) => JSON.parse(text).values.level)

describe('connectDevice', () => {
  it('connects as the credential says and becomes live, with a measured round trip', async () => {
    const { broker, device } = await startDevice([{}])
    await eventually(() => expect(device.client.state.latencyMs).toBeGreaterThanOrEqual(0))
    expect(device.client.state).toMatchObject({ state: 'live', attempt: 0, lastError: null, retryAt: null })
    expect(broker.connections[0]?.connect).toMatchObject({
      clientId: 'pump-7',
      username: 'cred',
      protocolVersion: 5,
      clean: true,
      properties: { sessionExpiryInterval: 0 },
    })
    expect(broker.connections[0]?.connect.password?.toString()).toBe('secret')
  })

  it('takes MQTT over TCP from the urls of an issued credential, and WebSocket without it', async () => {
    const { broker, device } = await startDevice([{}], {
      url: undefined,
      urls: { ws: 'ws://127.0.0.1:9', tcp: null },
    })
    await device.close()
    const other = await startDevice([{}], {
      url: undefined,
      urls: { ws: 'ws://127.0.0.1:9', tcp: broker.url },
    })
    await eventually(() => expect(state(other.device)).toBe('live'))
  })

  it('refuses an address that it cannot speak to', () => {
    const identity = { org: 'acme', device: 'pump-7', username: 'u', password: 'p' }
    expect(() => connectDevice({ ...identity, url: 'http://127.0.0.1:3000' })).toThrow(/ws:\/\/ or wss:\/\//)
    expect(() => connectDevice(identity)).toThrow(/where to connect/)
  })

  it('resolves a telemetry at its acknowledgement, and gives it a time', async () => {
    const { broker, device } = await startDevice([{}])
    const before = Date.now()
    await device.telemetry({ level: 1 })
    const sent = JSON.parse(texts(broker.published)[0] ?? '')
    expect(broker.published[0]).toMatchObject({ topic: 'acme/devices/pump-7/telemetry', qos: 1 })
    expect(sent.values).toEqual({ level: 1 })
    expect(sent.ts).toBeGreaterThanOrEqual(before)
  })

  it('throws at once for a payload that does not fit its channel', async () => {
    const { device } = await startDevice([{}])
    expect(() => device.telemetry({ level: Number.NaN })).toThrow(PayloadError)
    expect(() => device.telemetry({})).toThrow(PayloadError)
  })

  it('sends messages that were published while away in order after reconnecting', async () => {
    const { broker, device } = await startDevice([{}])
    await eventually(() => expect(state(device)).toBe('live'))
    const away = new Promise<void>((resolve) => {
      device.client.on('state', (now) => now.state === 'reconnecting' && resolve())
    })
    broker.connections[0]?.destroy()
    await away
    const all = Array.from({ length: 300 }, (_, level) => device.telemetry({ level }))
    expect(device.client.stats.buffered).toBe(300)
    await Promise.all(all)
    expect(levels(broker)).toEqual(Array.from({ length: 300 }, (_, level) => level))
    expect(device.client.stats).toMatchObject({ published: 300, acknowledged: 300, buffered: 0, dropped: 0 })
  })

  it('sends unacknowledged messages again, first and in order, after a lost connection', async () => {
    const { broker, device } = await startDevice([{ acknowledge: () => false }, {}])
    await eventually(() => expect(state(device)).toBe('live'))
    const sent = [0, 1, 2].map((level) => device.telemetry({ level }))
    await eventually(() => expect(broker.published).toHaveLength(3))
    broker.connections[0]?.destroy()
    sent.push(device.telemetry({ level: 3 }))
    await Promise.all(sent)
    expect(levels(broker).slice(-4)).toEqual([0, 1, 2, 3])
    const times = texts(broker.published).map((text) => JSON.parse(text).ts)
    expect(times.slice(-4, -1)).toEqual(times.slice(0, 3))
  })

  it('drops the oldest messages when the buffer is full, counts and reports them', async () => {
    const { broker, device } = await startDevice([{ connack: 0x88 }, {}], {
      offlineBuffer: { maxMessages: 2 },
      backoff: { baseMs: 1_000_000, maximumMs: 1_000_000 },
    })
    const dropped: number[] = []
    device.client.on('dropped', ({ total }) => dropped.push(total))
    const first = device.telemetry({ level: 0 })
    const rest = [1, 2].map((level) => device.telemetry({ level }))
    await expect(first).rejects.toBeInstanceOf(DroppedError)
    expect(dropped).toEqual([1])
    await eventually(() => expect(device.client.state.attempt).toBe(1))
    device.client.retry()
    await Promise.all(rest)
    expect(levels(broker)).toEqual([1, 2])
  })

  it('bounds the buffer by bytes too, and drops a message that is larger than the buffer', async () => {
    const { device } = await startDevice([{ acknowledge: () => false }], {
      offlineBuffer: { maxBytes: 1_000 },
    })
    await expect(device.telemetry({ text: 'x'.repeat(2_000) })).rejects.toBeInstanceOf(DroppedError)
    expect(device.client.stats.buffered).toBe(0)
  })

  it.each([0x86, 0x87, 0x85, 1])('stops at CONNACK %d until told to try again', async (connack) => {
    const { broker, device } = await startDevice([{ connack }, {}])
    await eventually(() => expect(state(device)).toBe('refused'))
    expect(device.client.state.lastError).toMatchObject({ name: 'RefusedError', reasonCode: connack })
    expect(device.client.state.retryAt).toBeNull()
    expect(broker.connections).toHaveLength(1)
    device.client.retry()
    await eventually(() => expect(state(device)).toBe('live'))
  })

  it('asks for a session that does not expire when it wants a stored one', async () => {
    const { broker, device } = await startDevice([{}], { clean: false })
    await eventually(() => expect(state(device)).toBe('live'))
    expect(broker.connections[0]?.connect).toMatchObject({
      clean: false,
      properties: { sessionExpiryInterval: 0xffff_ffff },
    })
  })

  it('rejects what the platform refuses, with its reason, and goes on', async () => {
    const reasonString = 'payload invalid: level must be a number'
    const { broker, device } = await startDevice([
      {
        refuse: ({ payload }) => {
          const isBad = payload.toString().includes('bad')
          return isBad ? { reasonCode: 0x99, properties: { reasonString } } : { reasonCode: 0x10 }
        },
      },
    ])
    await expect(device.telemetry({ level: 'bad' })).rejects.toMatchObject({
      name: 'RefusedError',
      message: reasonString,
      reasonCode: 0x99,
      reasonString,
    })
    await device.telemetry({ level: 1 })
    expect(device.client.stats).toMatchObject({ published: 2, acknowledged: 1, refused: 1, buffered: 0 })
    expect(broker.connections).toHaveLength(1)
  })

  it('keeps trying while the platform is unavailable (CONNACK 0x88)', async () => {
    const { broker, device } = await startDevice([{ connack: 0x88 }, { connack: 0x88 }, {}])
    await eventually(() => expect(state(device)).toBe('live'))
    expect(broker.connections).toHaveLength(3)
  })

  it('tells when it tries again, and becomes offline after a while', async () => {
    const { broker, device } = await startDevice([{}, { connack: 0x88 }], { offlineAfterMs: 30 })
    await eventually(() => expect(state(device)).toBe('live'))
    const seen: string[] = []
    const sinces = new Set<number>()
    device.client.on('state', (now) => {
      seen.push(now.state)
      sinces.add(now.since)
      if (now.retryAt !== null) expect(now.retryAt).toBeGreaterThanOrEqual(now.since)
    })
    broker.connections[0]?.destroy()
    await eventually(() => expect(state(device)).toBe('offline'))
    expect(seen[0]).toBe('reconnecting')
    expect(sinces.size).toBe(1)
  })

  it('finds a dead connection even while it keeps sending', async () => {
    const { broker, device } = await startDevice([{ answerPings: false, acknowledge: () => false }, {}], {
      pingTimeoutMs: 50,
    })
    await device.telemetry({ level: 1 })
    expect(broker.connections).toHaveLength(2)
  })

  it('does not take a slow acknowledgement for a dead connection', async () => {
    const { broker, device } = await startDevice([{ acknowledge: () => false }], {
      pingIntervalMs: 10,
      pingTimeoutMs: 5_000,
    })
    const sent = device.telemetry({ level: 1 })
    let pings = 0
    device.client.on('state', () => {
      pings += 1
    })
    await eventually(() => expect(pings).toBeGreaterThan(5))
    expect(broker.connections).toHaveLength(1)
    broker.connections[0]?.send({ cmd: 'puback', messageId: broker.published[0]?.messageId ?? 0 })
    await sent
  })

  it('rejects undelivered messages when it is closed, and all later ones', async () => {
    const { device } = await startDevice([{ acknowledge: () => false }])
    const pending = device.telemetry({ level: 1 })
    await eventually(() => expect(state(device)).toBe('live'))
    await device.close({ timeoutMs: 20 })
    await expect(pending).rejects.toBeInstanceOf(ClosedError)
    await expect(device.telemetry({ level: 2 })).rejects.toBeInstanceOf(ClosedError)
    expect(state(device)).toBe('closed')
  })

  it('waits for acknowledgements before it disconnects', async () => {
    const { broker, device } = await startDevice([{}])
    await eventually(() => expect(state(device)).toBe('live'))
    const sent = Array.from({ length: 500 }, (_, level) => device.telemetry({ level }))
    await device.close()
    await Promise.all(sent)
    expect(broker.published).toHaveLength(500)
  })
})
