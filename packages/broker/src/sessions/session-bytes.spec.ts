import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { BackPressure } from '../fairness/back-pressure.js'
import { Shares } from '../fairness/shares.js'
import { defaultLimits } from '../interface/limits.js'
import { Grant } from '../routing/grant.js'
import { Router } from '../routing/router.js'
import { Counters } from '../stats/counters.js'
import { QueueMemory } from './queue-memory.js'
import { SessionStore } from './session-store.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const logger = { debug() {}, info() {}, warn() {}, error() {} }
const unbounded = { count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
const shares = new Shares({ owner: unbounded, group: unbounded, all: unbounded })
const store = new SessionStore(
  {
    router: new Router(),
    counters: new Counters(),
    backPressure: new BackPressure(defaultLimits),
    writer: null,
    limits: defaultLimits,
    memory: new QueueMemory(Number.POSITIVE_INFINITY),
    shares,
  },
  defaultLimits,
  logger,
)

/** The heap that some work takes, and what the session's owner is charged for it, each in bytes for one of `count`. */
function measure(count: number, work: (index: number) => void): { heap: number; charged: number } {
  collectGarbage()
  const [heap, charged] = [process.memoryUsage().heapUsed, shares.all.bytes]
  for (let i = 0; i < count; i++) work(i)
  collectGarbage()
  return {
    heap: (process.memoryUsage().heapUsed - heap) / count,
    charged: (shares.all.bytes - charged) / count,
  }
}

/** As decoded from a packet: a text of its own. */
const text = (value: string) => Buffer.from(value).toString()
const deep = (levels: number, of: (level: number) => string) =>
  Array.from({ length: levels }, (_, i) => of(i)).join('/')

const filters: Record<string, (index: number) => string> = {
  'of a device': (i) => `acme/devices/pump-${i}/commands/+/request`,
  'of one level': (i) => `x${i}`,
  'of 32 levels, nothing shared': (i) => deep(32, (level) => `a${i}-${level}`),
  'of 128 levels, nothing shared': (i) => deep(128, (level) => `g${i}-${level}`),
  'in pairs that share 31 levels': (i) => `${deep(31, (level) => `b${i >> 1}-${level}`)}/${i & 1}`,
  'each of which is the beginning of the next': (i) => `c${i >> 5}${'/d'.repeat(i & 31)}`,
  'as long as they may be, of one level': (i) => `e${i}`.padEnd(1_024, '-'),
  'as long as they may be, in pairs': (i) => `${`f${i >> 1}`.padEnd(512, '-')}/${`${i}`.padEnd(511, '-')}`,
  'in another alphabet': (i) => `${`λ${i >> 1}`.padEnd(200, '-')}/${`${i}`.padEnd(200, '-')}`,
  'of shared subscriptions': (i) => `$share/g${i}/h${i}`,
}

// Tables double as they grow, so the measured share of each entry depends on the number.
it.each(Object.entries(filters))('counts no less than what subscriptions take: %s', (name, filterOf) => {
  const { session } = store.take({ sessionId: name, clean: true, expiryMs: 0 })
  const { heap, charged } = measure(8_000, (i) => session.subscribe(text(filterOf(i)), Grant.plain(1)))
  expect(heap).toBeGreaterThan(0)
  expect(heap).toBeLessThan(charged)
  expect(charged).toBeLessThan(4 * heap)
  const taken = session.usage.bytes
  for (const filter of [...session.subscriptions.keys()]) session.unsubscribe(filter)
  expect(session.usage.bytes).toBeLessThan(taken)
  store.remove(session)
  expect(shares.all).toEqual({ count: 0, bytes: 0 })
})

it('counts no less than what a stored session takes', () => {
  const { heap, charged } = measure(5_000, (i) => {
    const account = { owner: text(`device ${i}`), group: 'acme' }
    const sessionId = text(`acme/d/${i}/pump-${i}`)
    const { session } = store.take({ sessionId, clean: false, expiryMs: 1, owner: account.owner, account })
    store.release(session)
  })
  expect(heap).toBeLessThan(charged)
  expect(charged).toBeLessThan(4 * heap)
  store.forget(() => true)
  expect(shares.all).toEqual({ count: 0, bytes: 0 })
})
