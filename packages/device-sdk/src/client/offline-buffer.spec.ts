import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OfflineBuffer, type Outgoing } from './offline-buffer.js'

const message = (topic: string, bytes = 0): Outgoing => ({
  topic,
  payload: new Uint8Array(bytes),
  qos: 1,
  retain: false,
  settle: () => {},
})

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('add' as const), bytes: fc.integer({ min: 0, max: 200 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
)

describe('OfflineBuffer', () => {
  it('returns every message in order, none twice at a time, within its bounds', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const limits = { maxMessages: 12, maxBytes: 2_000 }
        const buffer = new OfflineBuffer(limits)
        const ended = new Set<Outgoing>()
        const all: Outgoing[] = []
        let underWay: Outgoing[] = []
        for (const now of steps) {
          if (now.do === 'add') {
            const added = message(String(all.length), now.bytes)
            all.push(added)
            for (const dropped of buffer.add(added)) {
              expect(underWay).not.toContain(dropped)
              ended.add(dropped)
            }
          } else if (now.do === 'take') {
            const taken = buffer.take()
            const expected = all.find((one) => !ended.has(one) && !underWay.includes(one))
            expect(taken).toBe(expected)
            if (taken) underWay.push(taken)
          } else if (now.do === 'acknowledge') {
            const [done] = underWay.splice(now.which % Math.max(1, underWay.length), 1)
            if (done === undefined) continue
            expect(buffer.done(done)).toBe(true)
            expect(buffer.done(done)).toBe(false)
            ended.add(done)
          } else {
            buffer.lost()
            underWay = []
          }
          expect(buffer.size).toBe(all.length - ended.size)
          expect(buffer.size).toBeLessThanOrEqual(limits.maxMessages)
          expect(buffer.bytes).toBeLessThanOrEqual(limits.maxBytes)
        }
        expect(buffer.drain()).toEqual(all.filter((one) => !ended.has(one)))
        expect([buffer.size, buffer.bytes]).toEqual([0, 0])
      }),
    )
  })

  it('stays fast and in order over many messages', () => {
    const buffer = new OfflineBuffer({ maxMessages: 100_000, maxBytes: 1e9 })
    for (let index = 0; index < 50_000; index += 1) buffer.add(message(String(index)))
    for (let index = 0; index < 50_000; index += 1) {
      const taken = buffer.take()
      expect(taken?.topic === String(index) && buffer.done(taken)).toBe(true)
    }
    expect(buffer.take()).toBeUndefined()
  })
})
