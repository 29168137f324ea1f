import { describe, expect, it } from 'vitest'
import { type ChartFrame, DrawScheduler } from './draw-scheduler'

function setUp(costMs: number, hidden: readonly number[] = []) {
  const scheduler = new DrawScheduler()
  const drawn: [row: number, min: number][] = []
  const clock = { now: 0 }
  const remove = [0, 1, 2, 3].map((row) =>
    scheduler.add({
      isInSight: () => !hidden.includes(row),
      draw: (frame: ChartFrame) => {
        drawn.push([row, frame.min])
        clock.now += costMs
      },
    }),
  )
  return { scheduler, drawn, remove, run: () => scheduler.run(() => clock.now) }
}

const frame = (min: number): ChartFrame => ({ min, max: min + 1, crosshair: null })

describe('DrawScheduler', () => {
  it('draws all rows in one frame where that is quick', () => {
    const { scheduler, drawn, run } = setUp(1)
    scheduler.begin(frame(7))
    expect(run()).toBe(true)
    expect(drawn).toEqual([0, 1, 2, 3].map((row) => [row, 7]))
  })

  it('spreads slow rows over frames, all with the same span', () => {
    const { scheduler, drawn, run } = setUp(5)
    scheduler.begin(frame(7))
    expect([run(), drawn.length]).toEqual([false, 2])
    expect([run(), drawn.length]).toEqual([true, 4])
    expect(new Set(drawn.map(([, min]) => min))).toEqual(new Set([7]))
  })

  it('draws nothing that is out of sight or gone, also when it went between two frames', () => {
    const { scheduler, drawn, remove, run } = setUp(5, [0])
    scheduler.begin(frame(7))
    run()
    remove[3]?.()
    expect(run()).toBe(true)
    expect(drawn.map(([row]) => row)).toEqual([1, 2])
  })

  it('draws what is out of sight when a picture of all is wanted', () => {
    const { scheduler, drawn } = setUp(5, [0, 2])
    scheduler.begin(frame(7))
    scheduler.all()
    expect(drawn.map(([row]) => row)).toEqual([0, 1, 2, 3])
    expect(scheduler.run()).toBe(true)
  })

  it('draws fewer rows at once after frames that took too long, one in every other frame at least, and more again after', () => {
    const draw = drawing(4)
    expect([draw(17), draw(17), draw(17)]).toEqual([4, 2, 1])
    expect([draw(17), draw(17), draw(17), draw(17)]).toEqual([0, 1, 0, 1])
    for (let frames = 0; frames < 40; frames += 1) draw(9)
    expect(draw(17)).toBe(4)
    // Where there is room, they are all back within a few frames.
    expect([draw(3), draw(3), draw(3)]).toEqual([2, 3, 4])
  })

  it('shares a picture between three frames where one is long, and no more than three', () => {
    const draw = drawing(12)
    expect([draw(9), draw(9), draw(9), draw(9), draw(9)]).toEqual([12, 6, 4, 4, 4])
    draw(17)
    expect(draw(9)).toBeLessThan(4)
    for (let frames = 0; frames < 20; frames += 1) draw(9)
    expect(draw(9) + draw(9) + draw(9)).toBe(12)
    // Frames that are not light have no room for more.
    expect(draw(6) + draw(6) + draw(6)).toBe(12)
    expect(draw(3) + draw(3) + draw(3)).toBeGreaterThan(12)
  })

  it('draws few rows together in a long frame', () => {
    const draw = drawing(6)
    expect([draw(9), draw(9), draw(9)]).toEqual([6, 6, 6])
  })
})

/** Draws a picture of so many rows, and says that the frame took so long; gives how many rows were drawn in it. */
function drawing(rows: number): (costMs: number) => number {
  const scheduler = new DrawScheduler()
  let drawn = 0
  for (let row = 0; row < rows; row += 1) {
    scheduler.add({
      isInSight: () => true,
      draw() {
        drawn += 1
      },
    })
  }
  return (costMs) => {
    drawn = 0
    scheduler.begin({ min: 7, max: 8, crosshair: null })
    scheduler.run(() => 0)
    scheduler.adapt(costMs)
    return drawn
  }
}
