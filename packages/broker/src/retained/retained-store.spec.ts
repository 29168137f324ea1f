import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { Message } from '../messages/message.js'
import { filterMatches } from '../packets/topic.js'
import { RetainedStore } from './retained-store.js'

const limits = {
  maxRetainedMessages: 1_000,
  maxRetainedBytes: 1e9,
  maxRetainedMessagesPerGroup: 100,
  maxRetainedBytesPerGroup: 1e6,
  maxRetainedMessagesPerOwner: 2,
  maxRetainedBytesPerOwner: 1_000,
}
const pump = { owner: 'pump', group: 'acme' }
const message = (topic: string, payload = 'x') =>
  Message.of({ topic, payload: Buffer.from(payload), qos: 0, retain: true })
const topics = (store: RetainedStore, filter: string) =>
  [...store.walk(filter)].flatMap((message) => message?.topic ?? []).sort()

const level = fc.constantFrom('a', 'b', '', '$x')
const name = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))

describe('RetainedStore', () => {
  it('finds what comparing each topic finds, after any setting and deleting', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean()), { maxLength: 20 }), filter, (steps, wanted) => {
        const store = new RetainedStore(limits)
        const all = new Set<string>()
        for (const [topic, sets] of steps) {
          if (sets) store.set(message(topic), null)
          else expect(store.delete(topic)).toBe(all.has(topic))
          if (sets) all.add(topic)
          else all.delete(topic)
        }
        expect(topics(store, wanted)).toEqual([...all].filter((topic) => filterMatches(wanted, topic)).sort())
        expect(store.count).toBe(all.size)
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps to the share of an owner, but replaces and forgets always', () => {
    const store = new RetainedStore(limits)
    const set = (topic: string, payload?: string) => store.set(message(topic, payload), pump)
    expect(['a', 'b', 'c'].map((topic) => set(topic))).toEqual([null, null, 'owner_quota'])
    expect(set('a', 'new')).toBe(null)
    expect(set('a', 'x'.repeat(2_000))).toBe('owner_quota')
    expect(String(store.get('a')?.payload)).toBe('new')
    expect(store.delete('b')).toBe(true)
    expect(set('c')).toBe(null)
    expect([store.delete('b'), store.count, store.used.messages]).toEqual([false, 2, 2])
  })

  it('leaves a full owner’s room to others, and the host’s messages out of every limit', () => {
    const store = new RetainedStore(limits)
    const fill = (owner: string, group: string) =>
      Array.from({ length: 3 }, (_, i) => store.set(message(`${owner}/${i}`), { owner, group }))
    expect(fill('pump', 'acme')).toEqual([null, null, 'owner_quota'])
    expect(fill('valve', 'acme')).toEqual([null, null, 'owner_quota'])
    for (let i = 0; i < 2_000; i++) expect(store.set(message(`host/${i}`), null)).toBe(null)
    expect([store.count, store.used.messages]).toEqual([2_004, 4])
    expect(store.bytes).toBeGreaterThan(store.used.bytes)
    // Replaced by the host, or by another owner, a message counts towards its owner no more.
    store.set(message('pump/0'), null)
    store.set(message('valve/0'), { owner: 'third', group: 'other' })
    expect(store.set(message('pump/2'), pump)).toBe(null)
    expect(store.set(message('valve/2'), { owner: 'valve', group: 'acme' })).toBe(null)
  })

  it.each([
    ['group_quota', { maxRetainedMessagesPerGroup: 3 }, ['other', null]],
    ['group_quota', { maxRetainedBytesPerGroup: 3 * 210 }, ['other', null]],
    ['total_quota', { maxRetainedMessages: 3 }, ['other', 'total_quota']],
    ['total_quota', { maxRetainedBytes: 3 * 210 }, ['other', 'total_quota']],
  ] as const)('keeps to the %s: %o', (reason, changed, [group, outcome]) => {
    const store = new RetainedStore({ ...limits, ...changed })
    const set = (owner: string, group: string) => store.set(message(owner), { owner, group })
    expect(['a', 'b', 'c', 'd'].map((owner) => set(owner, 'acme'))).toEqual([null, null, null, reason])
    expect(set('e', group)).toBe(outcome)
    store.delete('a')
    expect(set('d', 'acme')).toBe(null)
  })

  it('knows no share of clients without an owner and a group', () => {
    const store = new RetainedStore(limits)
    const nobody = { owner: '', group: '' }
    const outcomes = Array.from({ length: 1_001 }, (_, i) => store.set(message(`t/${i}`), nobody))
    expect(outcomes.filter((outcome) => outcome !== null)).toEqual(['total_quota'])
  })

  it('keeps a message, not the chunk in which it arrived', () => {
    const chunk = Buffer.alloc(65_536)
    const store = new RetainedStore(limits)
    const packet = { bytes: new Bytes(chunk), start: 5, body: 7, end: 20, rest: null }
    store.set(new Message('a', 1, packet, 10, 10), null)
    expect(store.get('a')?.payload.buffer.byteLength).toBe(15)
  })

  it('hides messages that have expired, and forgets them with their share', () => {
    let nowMs = 1_000
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const store = new RetainedStore(limits)
    const expiring = (topic: string, seconds: number) =>
      Message.of({
        ...{ topic, payload: Buffer.from('x'), qos: 0, retain: true },
        properties: { encoded: null, expiresAt: Date.now() + seconds * 1_000 },
      })
    store.set(expiring('a', 5), pump)
    store.set(expiring('b', 60), pump)
    expect(topics(store, '+')).toEqual(['a', 'b'])
    nowMs += 5_001
    expect([topics(store, '+'), store.get('a')]).toEqual([['b'], null])
    expect([store.takeExpired(), store.takeExpired()]).toEqual([['a'], []])
    expect([store.count, store.used.messages]).toEqual([1, 1])
    store.set(message('b'), pump)
    nowMs += 60_000
    expect(store.takeExpired()).toEqual([])
    clock.mockRestore()
  })

  it('charges a deep topic for its levels', () => {
    const store = new RetainedStore({ ...limits, maxRetainedBytesPerOwner: 1e6 })
    store.set(message('a/b/c'), pump)
    const flat = store.used.bytes
    store.set(message(Array.from({ length: 128 }, () => 'l').join('/')), pump)
    expect(store.used.bytes).toBeGreaterThan(flat + 30_000)
    store.delete(Array.from({ length: 128 }, () => 'l').join('/'))
    expect(store.used.bytes).toBe(flat)
  })
})
