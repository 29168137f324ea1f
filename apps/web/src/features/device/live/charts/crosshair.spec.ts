import { describe, expect, it } from 'vitest'
import { movedBy, nearestOf } from './crosshair'

const series = [new Float64Array([100, 200, 300, 400]), new Float64Array([150, 250, 950])]
const span = { min: 120, max: 900 }
const moved = (key: string, from: number | null) => movedBy(key, from, series, span)

describe('movedBy', () => {
  it('begins at the end it comes from', () => {
    expect(moved('ArrowLeft', null)).toBe(400)
    expect(moved('ArrowRight', null)).toBe(150)
  })

  it('goes from sample to sample over all series', () => {
    expect(moved('ArrowLeft', 400)).toBe(300)
    expect(moved('ArrowLeft', 300)).toBe(250)
    expect(moved('ArrowRight', 150)).toBe(200)
  })

  it('stays where it is at the ends of what is drawn', () => {
    expect(moved('ArrowLeft', 150)).toBe(150)
    expect(moved('ArrowRight', 400)).toBe(400)
  })

  it('leaps a tenth of what is drawn, and to the ends', () => {
    expect(moved('PageDown', 150)).toBe(250)
    expect(moved('PageUp', 400)).toBe(300)
    expect(moved('PageUp', 200)).toBe(150)
    expect(moved('Home', 300)).toBe(150)
    expect(moved('End', 200)).toBe(400)
  })

  it('lets go with Escape and leaves other keys alone', () => {
    expect(moved('Escape', 300)).toBeNull()
    expect(moved('Tab', 300)).toBeUndefined()
  })

  it('has nowhere to go where nothing is drawn', () => {
    expect(movedBy('ArrowLeft', null, [new Float64Array(0)], span)).toBeNull()
    expect(movedBy('End', null, [], span)).toBeNull()
  })
})

describe('nearestOf', () => {
  const part = (...times: number[]) => ({ times: Float64Array.from(times), values: Float64Array.from(times) })

  it('takes the nearest sample of any part', () => {
    const parts = [part(100, 200), part(), part(300)]
    expect([50, 140, 160, 240, 260, 999].map((ts) => nearestOf(parts, ts))).toEqual([
      100, 100, 200, 200, 300, 300,
    ])
    expect(nearestOf([part()], 1)).toBeNull()
  })
})
