import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InflightWindow, Stage } from './inflight-window.js'

const kept = (sequence: number) => ({
  ...{ message: null, retain: false, identifiers: [], sequence, group: null },
})

describe('InflightWindow', () => {
  it('gives ids that are free, and knows the stage of each, in whatever order they are acknowledged', () => {
    const step = fc.oneof(fc.constant('send'), fc.constant('reserve'), fc.nat(400))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
        const inflight = new InflightWindow()
        const stages = new Map<number, number>()
        for (const [i, what] of steps.entries()) {
          if (typeof what === 'number') {
            const id = [...stages.keys()][what]
            if (id === undefined) continue
            inflight.free(id)
            stages.delete(id)
            continue
          }
          const id = inflight.reserve()
          expect(stages.has(id)).toBe(false)
          if (what === 'send') inflight.sent(id, i % 2 === 0 ? 1 : 2, kept(i))
          stages.set(id, what === 'reserve' ? Stage.reserved : i % 2 === 0 ? Stage.qos1 : Stage.qos2)
        }
        for (let id = 0; id < 700; id++) expect(inflight.stage(id)).toBe(stages.get(id) ?? Stage.none)
        expect(inflight.size).toBe([...stages.values()].filter((stage) => stage !== Stage.reserved).length)
      }),
      { numRuns: 200 },
    )
  })

  it('gives rising ids, starts again after the last, and skips those in use', () => {
    const inflight = new InflightWindow()
    const given: number[] = []
    for (let count = 0; count < 200_000; count++) {
      const id = inflight.reserve()
      if (id !== 3) inflight.free(id)
      given.push(id)
    }
    const turns = given.filter((id, i) => i > 0 && id < (given[i - 1] ?? 0))
    expect(turns).toEqual([1, 1, 1])
    expect(given.filter((id) => id === 3)).toHaveLength(1)
    expect(Math.max(...given.slice(-65_535))).toBe(65_535)
  })

  it('returns kept messages in the order of sending, restored ones too', () => {
    const inflight = new InflightWindow()
    for (const [sequence, id] of [9, 65_535, 17, 1].entries()) inflight.restore(id, 1, kept(sequence))
    inflight.sent(inflight.reserve(), 1, kept(4))
    expect(inflight.all().map(({ packetId }) => packetId)).toEqual([9, 65_535, 17, 1, 2])
    inflight.free(17)
    expect(inflight.all().map(({ packetId }) => packetId)).toEqual([9, 65_535, 1, 2])
    expect([inflight.stage(17), inflight.stage(9)]).toEqual([Stage.none, Stage.released])
  })
})
