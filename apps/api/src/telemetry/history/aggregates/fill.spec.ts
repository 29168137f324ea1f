import { expect, it } from 'vitest'
import { fillGaps } from './fill.js'
import { intervalsOf } from './intervals.js'
import { LocalDays } from './local-days.js'

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

it('follows the days of a time zone over a clock change', () => {
  const us = (text: string) => Date.parse(text) * 1_000
  const intervals = intervalsOf(86_400_000_000, new LocalDays('Europe/Berlin'))
  const range = { fromUs: us('2026-03-27T23:00:00Z'), toUs: us('2026-03-30T22:00:00Z') }
  const known = [{ tsUs: us('2026-03-28T23:00:00Z'), value: 5 }]
  expect(fillGaps(known, 'zero', { intervals, ...range })).toEqual([
    { tsUs: us('2026-03-27T23:00:00Z'), value: 0 },
    { tsUs: us('2026-03-28T23:00:00Z'), value: 5 },
    { tsUs: us('2026-03-29T22:00:00Z'), value: 0 },
  ])
})
