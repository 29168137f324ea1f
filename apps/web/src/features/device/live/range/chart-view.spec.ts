import { describe, expect, it } from 'vitest'
import type { ChartRange } from './chart-range'
import { ChartView } from './chart-view'

const HOUR = 3_600_000

function open(range: ChartRange | null = { follow: true, spanMs: HOUR }) {
  const clock = { now: 100 * HOUR }
  const view = new ChartView(range, () => clock.now, HOUR)
  return { view, clock }
}

describe('ChartView', () => {
  it('moves its right end with time while it follows, and stands still while a person looks back', () => {
    const { view, clock } = open()
    clock.now += 5
    expect(view.span()).toEqual({ min: 99 * HOUR + 5, max: 100 * HOUR + 5 })
    view.pan(-HOUR / 2)
    clock.now += HOUR
    expect(view.span()).toEqual({ min: 98.5 * HOUR + 5, max: 99.5 * HOUR + 5 })
    expect(view.range().follow).toBe(false)
  })

  it('follows again with the same span when it is told to, or moved to now', () => {
    const { view, clock } = open()
    view.show({ min: 90 * HOUR, max: 92 * HOUR })
    view.follow()
    expect(view.span()).toEqual({ min: clock.now - 2 * HOUR, max: clock.now })
    view.pan(-HOUR)
    view.pan(3 * HOUR)
    expect(view.range()).toEqual({ follow: true, spanMs: 2 * HOUR })
  })

  it('keeps following when it is zoomed without a place or at its right end, and stops elsewhere', () => {
    const { view, clock } = open()
    view.zoom(0.5)
    expect(view.range()).toEqual({ follow: true, spanMs: HOUR / 2 })
    view.zoom(2, clock.now - 1)
    expect(view.range()).toEqual({ follow: true, spanMs: HOUR })
    view.zoom(0.5, clock.now - HOUR / 2)
    expect(view.range()).toEqual({ follow: false, from: 99.25 * HOUR, to: 99.75 * HOUR })
  })

  it('keeps what is under the pointer where it is', () => {
    const { view } = open({ follow: false, from: 10 * HOUR, to: 20 * HOUR })
    const at = 12.5 * HOUR
    const share = () => (at - view.span().min) / (view.span().max - view.span().min)
    view.zoom(0.3, at)
    expect(share()).toBeCloseTo(0.25)
    view.zoom(0.3, at)
    expect(share()).toBeCloseTo(0.25)
  })

  it('shows neither less than can be told apart nor more than 90 days', () => {
    const { view } = open({ follow: false, from: 10 * HOUR, to: 10 * HOUR + 100 })
    view.zoom(1e-6, 10 * HOUR + 50)
    expect(view.span().max - view.span().min).toBeCloseTo(50)
    view.zoom(1e12, 10 * HOUR)
    expect(view.span().max - view.span().min).toBe(90 * 24 * HOUR)
  })

  it('goes back to the range that was chosen last', () => {
    const { view } = open()
    view.follow(6 * HOUR)
    view.show({ min: HOUR, max: 2 * HOUR })
    view.zoom(2)
    view.reset()
    expect(view.range()).toEqual({ follow: true, spanMs: 6 * HOUR })
  })

  it('takes a suggestion only until a person has chosen', () => {
    const { view } = open(null)
    view.suggest(60_000)
    expect(view.range()).toEqual({ follow: true, spanMs: 60_000 })
    view.follow(HOUR)
    view.suggest(60_000)
    expect(view.range()).toEqual({ follow: true, spanMs: HOUR })
  })
})
