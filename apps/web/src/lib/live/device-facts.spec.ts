import { type Device, presence, telemetry } from '@heliograph/protocol'
import { describe, expect, it, vi } from 'vitest'
import { DeviceFactsStore, mergeFacts } from './device-facts'

const device: Device = {
  id: 'pump',
  name: 'Pump',
  type: null,
  tags: [],
  expectedIntervalSeconds: 60,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  status: 'online',
  connection: { connected: true, since: '2026-01-02T00:00:00Z', reason: 'connected' },
  lastMessageAt: '2026-01-02T00:10:00Z',
  telemetry: { droppedMessages: 0, clockSkewMs: null, clockNotSet: false },
}
const since = Date.parse('2026-01-02T00:00:00Z')
const lastMessageAt = Date.parse('2026-01-02T00:10:00Z')

describe('mergeFacts', () => {
  it('keeps what was loaded when nothing was heard', () => {
    expect(mergeFacts(device, undefined)).toEqual({
      connected: true,
      since,
      lastMessageAt,
      expectedIntervalSeconds: 60,
    })
  })

  it('believes the later of two presences', () => {
    expect(mergeFacts(device, { connected: false, since: since + 1 })).toMatchObject({ connected: false })
    expect(mergeFacts(device, { connected: false, since: since - 1 })).toMatchObject({ connected: true })
  })

  it('never moves the last message back', () => {
    expect(mergeFacts(device, { lastMessageAt: lastMessageAt - 5 }).lastMessageAt).toBe(lastMessageAt)
    expect(mergeFacts(device, { lastMessageAt: lastMessageAt + 5 }).lastMessageAt).toBe(lastMessageAt + 5)
  })
})

describe('DeviceFactsStore', () => {
  const topic = { org: 'acme', device: 'pump' }
  const message = (of: string, payload: Uint8Array, retained = false) => ({
    topic: of,
    payload,
    retained,
    userProperties: {},
    receivedAt: 1_000,
  })

  it('tells only those who show the device, once for many messages', () => {
    vi.useFakeTimers()
    const store = new DeviceFactsStore()
    const shown = vi.fn()
    const other = vi.fn()
    store.listen('pump', shown)
    store.listen('valve', other)
    store.apply(message(telemetry.topic(topic), new Uint8Array()))
    store.apply(
      message(presence.topic(topic), presence.encode({ online: true, since: 7, reason: 'connected' })),
    )
    vi.runAllTimers()
    vi.useRealTimers()
    expect(shown).toHaveBeenCalledTimes(1)
    expect(other).not.toHaveBeenCalled()
    expect(store.read('pump')).toEqual({ lastMessageAt: 1_000, connected: true, since: 7 })
  })

  it('places a message before the disconnect that came after it, whatever this clock says', () => {
    const store = new DeviceFactsStore()
    store.apply(message(telemetry.topic(topic), new Uint8Array()))
    store.apply(
      message(
        presence.topic(topic),
        presence.encode({ online: false, since: 900, reason: 'client_disconnected' }),
      ),
    )
    expect(store.read('pump')).toEqual({ lastMessageAt: 900, connected: false, since: 900 })
  })

  it('ignores an emptied presence and messages of other channels', () => {
    const store = new DeviceFactsStore()
    store.apply(message(presence.topic(topic), new Uint8Array(), true))
    store.apply(message('acme/fleet', new Uint8Array()))
    expect(store.read('pump')).toBeUndefined()
  })
})
