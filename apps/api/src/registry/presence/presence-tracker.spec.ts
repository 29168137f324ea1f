import { afterEach, describe, expect, it, vi } from 'vitest'
import { type PresenceChange, PresenceTracker } from './presence-tracker.js'

const pump = { organizationId: 1, organizationSlug: 'acme', deviceKey: 7, deviceId: 'pump' }

function track() {
  const changes: PresenceChange[] = []
  let now = 1_000
  const tracker = new PresenceTracker(
    (_, change) => changes.push(change),
    () => now++,
  )
  return { tracker, changes }
}

describe('PresenceTracker', () => {
  afterEach(() => vi.useRealTimers())

  it('reports each connect and disconnect once', () => {
    const { tracker, changes } = track()
    tracker.connected(pump, 'a')
    expect(tracker.onlineCount(1)).toBe(1)
    tracker.disconnected(7, 'a', 'connection_lost')
    tracker.disconnected(7, 'a', 'keep_alive_timeout')
    expect(changes).toEqual([
      { online: true, since: 1_000, reason: 'connected', takeOvers: 0 },
      { online: false, since: 1_001, reason: 'connection_lost', takeOvers: 0 },
    ])
    expect(tracker.onlineCount(1)).toBe(0)
  })

  it('keeps a device online while any of its connections is up', () => {
    const { tracker, changes } = track()
    tracker.connected(pump, 'a')
    tracker.connected(pump, 'b')
    tracker.disconnected(7, 'a', 'client_disconnected')
    expect(changes).toHaveLength(1)
    tracker.disconnected(7, 'b', 'client_disconnected')
    expect(changes.map((change) => change.online)).toEqual([true, false])
  })

  it.each([['the old one ends first'], ['the new one comes first']])(
    'reports nothing at a take-over: %s',
    (order) => {
      const { tracker, changes } = track()
      tracker.connected(pump, 'old')
      if (order.startsWith('the new')) tracker.connected(pump, 'new')
      tracker.disconnected(7, 'old', 'taken_over')
      if (order.startsWith('the old')) tracker.connected(pump, 'new')
      expect(changes).toHaveLength(1)
      tracker.disconnected(7, 'new', 'connection_lost')
      expect(changes.at(-1)).toMatchObject({ online: false, reason: 'connection_lost' })
    },
  )

  it('counts take-overs until the device goes offline, and reports nothing at each', () => {
    const { tracker, changes } = track()
    tracker.connected(pump, '0')
    tracker.connected(pump, 'beside')
    for (let n = 0; n < 100; n += 1) {
      tracker.disconnected(7, `${n}`, 'taken_over')
      tracker.connected(pump, `${n + 1}`)
    }
    expect(tracker.takeOvers(7)).toBe(100)
    tracker.disconnected(7, 'beside', 'client_disconnected')
    tracker.disconnected(7, '100', 'connection_lost')
    expect(changes).toEqual([
      expect.objectContaining({ online: true, takeOvers: 0 }),
      expect.objectContaining({ online: false, takeOvers: 100 }),
    ])
    expect(tracker.takeOvers(7)).toBe(0)
  })

  it('reports offline when no connection follows a take-over', () => {
    vi.useFakeTimers()
    const { tracker, changes } = track()
    tracker.connected(pump, 'old')
    tracker.disconnected(7, 'old', 'taken_over')
    vi.runAllTimers()
    expect(changes.at(-1)).toMatchObject({ online: false, reason: 'taken_over' })
  })

  it('reports nothing for a deleted device, also when its connection ends later', () => {
    const { tracker, changes } = track()
    tracker.connected(pump, 'a')
    tracker.forget(7)
    tracker.disconnected(7, 'a', 'kicked')
    expect(changes).toHaveLength(1)
    expect(tracker.onlineCount(1)).toBe(0)
  })

  it('reports every device offline when the platform stops', () => {
    const { tracker, changes } = track()
    tracker.connected(pump, 'a')
    tracker.stop()
    tracker.disconnected(7, 'a', 'server_stopping')
    expect(changes.at(-1)).toMatchObject({ online: false, reason: 'server_stopping' })
    expect(changes).toHaveLength(2)
  })
})
