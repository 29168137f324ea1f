import { afterEach, expect, it, vi } from 'vitest'
import { BackPressure } from '../fairness/back-pressure.js'
import { Shares } from '../fairness/shares.js'
import { defaultLimits } from '../interface/limits.js'
import { Grant } from '../routing/grant.js'
import { Router } from '../routing/router.js'
import { Counters } from '../stats/counters.js'
import { QueueMemory } from './queue-memory.js'
import { SessionStore } from './session-store.js'

function storeWith(given: Partial<typeof defaultLimits>) {
  const limits = { ...defaultLimits, ...given }
  const router = new Router()
  const services = {
    router,
    counters: new Counters(),
    backPressure: new BackPressure(limits),
    writer: null,
    limits,
    memory: new QueueMemory(limits.maxTotalQueuedBytes),
    shares: unboundedShares(),
  }
  return { router, store: new SessionStore(services, limits, logger) }
}

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const nobody = { owner: '', group: '' }
const expiryMs = 60_000
const untouched = { expiryMs, subscriptions: [], inbound: [], will: null }

function unboundedShares(): Shares {
  const unbounded = { count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
  return new Shares({ owner: unbounded, group: unbounded, all: unbounded })
}

function stored(store: SessionStore, id: string): void {
  const { session } = store.take({ sessionId: id, clean: false, expiryMs })
  session.subscribe(`of/${id}`, Grant.plain(1))
  store.release(session)
}

afterEach(() => vi.useRealTimers())

it('forgets a session that was offline too long, with its subscriptions, and no other', () => {
  const { store, router } = storeWith({ sessionExpiryMs: 60_000 })
  stored(store, 'left')
  const { session: connected } = store.take({ sessionId: 'connected', clean: false, expiryMs })
  connected.subscribe('x', Grant.plain(1))
  store.expire(performance.now() + 30_000)
  expect(store.size).toBe(2)
  store.expire(performance.now() + 62_000)
  expect(store.get('left')).toBeUndefined()
  expect(store.get('connected')).toBe(connected)
  expect(router.subscriptions).toBe(1)
})

it('measures the time offline anew when the session is resumed', () => {
  const { store } = storeWith({ sessionExpiryMs: 1_000 })
  stored(store, 'back')
  const { session, present } = store.take({ sessionId: 'back', clean: false, expiryMs })
  expect(present).toBe(true)
  session.attach({ out: null as never, takenBytes: 0, dropped() {}, queueOverflowed() {} })
  store.expire(performance.now() + 10_000)
  expect(store.size).toBe(1)
})

it('counts the time that a restored session was offline before, and goes by the monotonic clock from then on', () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { store } = storeWith({ sessionExpiryMs: 60_000 })
  const restore = (sessionId: string, offlineSince: number) =>
    store.restore({ sessionId, owner: '', account: nobody, offlineSince, ...untouched })
  restore('long ago', Date.now() - 50_000)
  restore('connected', 0)
  restore('of a clock set back since', Date.now() + 3_600_000)
  store.restored()
  vi.setSystemTime(Date.now() + 3_600_000)
  store.expire(performance.now() + 1_000)
  expect(store.size).toBe(3)
  store.expire(performance.now() + 20_000)
  expect(store.get('long ago')).toBeUndefined()
  expect(store.size).toBe(2)
  store.expire(performance.now() + 62_000)
  expect(store.size).toBe(0)
})

it('evicts the session that is offline longest when there are too many', () => {
  const { store, router } = storeWith({ maxStoredSessions: 2 })
  for (const id of ['first', 'second', 'third']) stored(store, id)
  expect([store.get('first'), store.size, router.subscriptions]).toEqual([undefined, 2, 2])
})

it('keeps a message of several queues once, as the store does', () => {
  const { store } = storeWith({})
  const message = { topic: 't', payload: Buffer.from('to all'), qos: 1 as const, properties: null }
  const entry = {
    ...{
      sequence: 1,
      message,
      qos: 1 as const,
      retain: false,
      identifiers: [],
      packetId: 0,
      released: false,
    },
  }
  for (const sessionId of ['a', 'b']) {
    store.restore({ sessionId, owner: '', account: nobody, offlineSince: 1, ...untouched })
    store.restoreEntry({ sessionId, ...entry })
  }
  const [a, b] = ['a', 'b'].map((id) => store.get(id)?.outbound.queue.first?.message)
  expect(a?.payload.toString()).toBe('to all')
  expect(b).toBe(a)
})
