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
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('delete' as const), times: fc.array(ts, { maxLength: 20 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const), ts }) },
)

describe('SeriesBuffer', () => {
  it('behaves like a sorted map that keeps its newest entries, whatever is done to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 3, max: 40 }), (steps, maximum) => {
        const buffer = new SeriesBuffer(maximum)
        let model = new Map<number, number>()
        for (const [value, now] of steps.entries()) {
          if (now.do === 'set') {
            buffer.set(now.ts, value)
            model.set(now.ts, value)
          } else if (now.do === 'merge') {
            const points = now.times
              .toSorted((a, b) => a - b)
              .map((time, index) => ({ ts: time, value: value * 100 + index }))
            buffer.merge(points)
            for (const point of points) model.set(point.ts, point.value)
          } else if (now.do === 'delete') {
            buffer.delete(now.times.toSorted((a, b) => a - b))
            for (const time of now.times) model.delete(time)
          } else {
            buffer.trimBefore(now.ts)
            model = new Map([...model].filter(([time]) => time >= now.ts))
          }
          model = new Map([...model].sort(([a], [b]) => a - b).slice(-maximum))
        }
        expect([...buffer.times]).toEqual([...model.keys()])
        expect([...buffer.values]).toEqual([...model.values()])
        expect([buffer.lastTime, buffer.lastValue]).toEqual([...model].at(-1) ?? [undefined, undefined])
        for (let time = 0; time <= 61; time += 1) expect(buffer.has(time)).toBe(model.has(time))
      }),
      { numRuns: 500 },
    )
  })

  it('takes in many points fast, and stays within its bound', () => {
    const buffer = new SeriesBuffer(10_000)
    for (let time = 0; time < 200_000; time += 1) buffer.set(time, time)
    expect(buffer.length).toBe(10_000)
    expect(buffer.times[0]).toBe(190_000)
    expect(buffer.values.at(-1)).toBe(199_999)
  })
})
