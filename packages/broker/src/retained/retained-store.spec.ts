import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { Message } from '../messages/message.js'
import { filterMatches } from '../packets/topic.js'
import { RetainedStore } from './retained-store.js'

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
        const store = new RetainedStore(1_000, 1e9)
        const all = new Set<string>()
        for (const [topic, sets] of steps) {
          store.set(message(topic, sets ? 'x' : ''))
          if (sets) all.add(topic)
          else all.delete(topic)
        }
        expect(topics(store, wanted)).toEqual([...all].filter((topic) => filterMatches(wanted, topic)).sort())
        expect(store.count).toBe(all.size)
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps to its limits, but replaces and forgets always', () => {
    const store = new RetainedStore(2, 1_000)
    expect(['a', 'b', 'c'].map((topic) => store.set(message(topic)))).toEqual([true, true, false])
    expect(store.set(message('a', 'new'))).toBe(true)
    expect(store.set(message('a', 'x'.repeat(2_000)))).toBe(false)
    expect(store.set(message('b', ''))).toBe(true)
    expect(store.set(message('c'))).toBe(true)
  })

  it('keeps a message, not the chunk in which it arrived', () => {
    const chunk = Buffer.alloc(65_536)
    const store = new RetainedStore(1, 1e6)
    const place = { bytes: new Bytes(chunk), start: 5, body: 7, payload: 10, end: 20, rest: null }
    store.set(new Message('a', 1, place))
    expect(store.get('a')?.payload.buffer.byteLength).toBe(15)
  })
})
