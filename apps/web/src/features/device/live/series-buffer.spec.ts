import { describe, expect, it } from 'vitest'
import { SeriesBuffer } from './series-buffer'

const content = (buffer: SeriesBuffer) => [...buffer.times].map((ts, index) => [ts, buffer.values[index]])

describe('SeriesBuffer', () => {
  it('behaves like a sorted map that keeps its newest entries, whatever is done to it', () => {
    // A small generator of its own: the web app has no property test library, and needs none for this.
    let state = 1
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647
      return state % below
    }
    for (let round = 0; round < 300; round += 1) {
      const maximum = 5 + random(40)
      const buffer = new SeriesBuffer(maximum)
      let model = new Map<number, number>()
      const keepNewest = () => {
        model = new Map([...model].sort(([a], [b]) => a - b).slice(-maximum))
      }
      for (let step = 0; step < 60; step += 1) {
        const ts = random(80)
        const kind = random(10)
        if (kind < 5) {
          buffer.set(ts, step)
          model.set(ts, step)
        } else if (kind < 7) {
          const times = Array.from({ length: random(30) }, () => random(80)).sort((a, b) => a - b)
          const points = times.map((time, index) => ({ ts: time, value: step * 100 + index }))
          buffer.merge(points)
          for (const point of points) model.set(point.ts, point.value)
        } else if (kind < 9) {
          expect(buffer.delete(ts)).toBe(model.delete(ts))
        } else {
          buffer.trimBefore(ts)
          for (const time of [...model.keys()]) if (time < ts) model.delete(time)
        }
        keepNewest()
        expect(content(buffer)).toEqual([...model])
      }
    }
  })

  it('takes in many points fast, and stays within its bound', () => {
    const buffer = new SeriesBuffer(10_000)
    for (let ts = 0; ts < 200_000; ts += 1) buffer.set(ts, ts)
    expect(buffer.length).toBe(10_000)
    expect(buffer.times[0]).toBe(190_000)
    expect(buffer.values.at(-1)).toBe(199_999)
  })
})
