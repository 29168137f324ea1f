import { describe, expect, it } from 'vitest'
import { DrawingBudget } from './drawing-budget'

const frameMs = 1_000 / 60

/** How many of the frames are drawn, where the nth of those drawn costs so much. */
function drawnOf(frames: number, costOf: (drawn: number) => number): number {
  const share = new DrawingBudget()
  let drawn = 0
  for (let frame = 0; frame < frames; frame += 1) {
    if (!share.allows(frame * frameMs)) continue
    share.spent(costOf(drawn))
    drawn += 1
  }
  return drawn
}

describe('DrawingBudget', () => {
  it('lets what is quick draw with every frame', () => {
    expect(drawnOf(600, () => 8)).toBe(600)
  })

  it('takes three fifths of the time where drawing is slow', () => {
    expect(drawnOf(600, () => 25)).toBeGreaterThanOrEqual(239)
    expect(drawnOf(600, () => 25)).toBeLessThanOrEqual(243)
  })

  it('passes over no frame for a single one that was held up', () => {
    expect(drawnOf(600, (drawn) => (drawn % 60 === 59 ? 28 : 4))).toBe(600)
  })

  it('owes nothing for a time in which nothing was drawn', () => {
    const share = new DrawingBudget()
    share.spent(30)
    expect(share.allows(0)).toBe(true)
    share.spent(30)
    expect([share.allows(10), share.allows(100)]).toEqual([false, true])
  })
})
