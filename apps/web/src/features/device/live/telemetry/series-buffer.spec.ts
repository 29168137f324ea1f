import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeriesBuffer } from './series-buffer'

const ts = fc.integer({ min: 0, max: 60 })
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), ts }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('merge' as const), times: fc.array(ts, { maxLength: 30 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), ts, arrivedBefore: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), ts }) },
)

describe('SeriesBuffer', () => {
  it('behaves like a sorted map that keeps its newest entries, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 3, max: 40 }), (steps, maximum) => {
        const buffer = new SeriesBuffer(maximum)
        let model = new Map<number, { value: number; arrivedAt?: number }>()
        for (const [value, now] of steps.entries()) {
          if (now.do === 'set') {
            // The steps are numbered, and so are the arrivals.
            buffer.set(now.ts, value, value + 1)
            model.set(now.ts, { value, arrivedAt: value + 1 })
          } else if (now.do === 'merge') {
            const points = now.times
              .toSorted((a, b) => a - b)
              .map((time, index) => ({ ts: time, value: value * 100 + index }))
            const liveSince = value - 5
            const isLive = (time: number) => (model.get(time)?.arrivedAt ?? -6) >= liveSince
            const kept = new Set(points.map((point) => point.ts).filter(isLive))
            buffer.merge(points, liveSince)
            for (const point of points) if (!kept.has(point.ts)) model.set(point.ts, { value: point.value })
          } else if (now.do === 'drop') {
            const isGone = (time: number, arrivedAt = 100) => time >= now.ts && arrivedAt < now.arrivedBefore
            const before = model.size
            model = new Map([...model].filter(([time, { arrivedAt }]) => !isGone(time, arrivedAt)))
            expect(buffer.deleteUnstored(now.ts, now.arrivedBefore)).toBe(before - model.size)
          } else {
            buffer.trimBefore(now.ts)
            model = new Map([...model].filter(([time]) => time >= now.ts))
          }
          model = new Map([...model].sort(([a], [b]) => a - b).slice(-maximum))
        }
        expect([...buffer.times]).toEqual([...model.keys()])
        const values = [...model.values()].map(({ value }) => value)
        expect([...buffer.values]).toEqual(values)
        const [lastTime, last] = [...model].at(-1) ?? []
        expect([buffer.lastTime, buffer.lastValue]).toEqual([lastTime, last?.value])
        expect(buffer.last?.arrivedAt).toBe(last === undefined ? undefined : (last.arrivedAt ?? 0))
        const unstored = [...model].filter(([, { arrivedAt }]) => arrivedAt !== undefined)
        expect(buffer.oldestUnstored).toBe(unstored[0]?.[0])
        for (let time = 0; time <= 61; time += 1) expect(buffer.has(time)).toBe(model.has(time))
      }),
      { numRuns: 500 },
    )
  })

  it('takes in many points fast, and stays within its bound', () => {
    const buffer = new SeriesBuffer(10_000)
    for (let time = 0; time < 200_000; time += 1) buffer.set(time, time, time + 1)
    expect(buffer.length).toBe(10_000)
    expect(buffer.times[0]).toBe(190_000)
    expect(buffer.values.at(-1)).toBe(199_999)
  })
})
