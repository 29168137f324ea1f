import { expect, it } from 'vitest'
import { fillGaps } from './fill.js'
import { intervalsOf } from './intervals.js'

const points = [
  { tsUs: 20, value: 2 },
  { tsUs: 50, value: 8 },
]
const values = (fill: Parameters<typeof fillGaps>[1]) =>
  fillGaps(points, fill, { intervals: intervalsOf(10), fromUs: 5, toUs: 71 }).map(({ value }) => value)

it.each([
  ['none', [2, 8]],
  ['null', [null, null, 2, null, null, 8, null, null]],
  ['zero', [0, 0, 2, 0, 0, 8, 0, 0]],
  ['previous', [null, null, 2, 2, 2, 8, 8, 8]],
  ['linear', [null, null, 2, 4, 6, 8, null, null]],
] as const)('%s', (fill, expected) => {
  expect(values(fill)).toEqual(expected)
})

it('gives each interval its start', () => {
  expect(
    fillGaps(points, 'zero', { intervals: intervalsOf(10), fromUs: 5, toUs: 71 }).map(({ tsUs }) => tsUs),
  ).toEqual([0, 10, 20, 30, 40, 50, 60, 70])
})
