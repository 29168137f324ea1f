import { expect, it } from 'vitest'
import { chooseResolution, coarsest } from './choose-resolution.js'

const hour = 3_600_000_000
const extent = (hours: number, numbers: number) => ({ fromUs: 0, toUs: hours * hour, numbers, others: 0 })
const chosen = (hours: number, perSecond: number, points = 1_000, seriesCount = 1) => {
  const { resolution, preselect } = chooseResolution(
    extent(hours, hours * 3_600 * perSecond),
    points,
    seriesCount,
  )
  return `${resolution}${preselect ? '' : ' whole'}`
}

it('takes the coarsest data that still has a bucket for every second point', () => {
  expect(chosen(30 * 24, 1)).toBe('hour')
  expect(chosen(24, 1)).toBe('minute')
  expect(chosen(8, 1)).toBe('raw')
  expect(chosen(5, 1)).toBe('raw whole')
  expect(chosen(10 * 365 * 24, 1)).toBe('hour')
})

it('takes all samples where they are few, however long the range', () => {
  expect(chosen(10 * 365 * 24, 1 / 86_400)).toBe('raw whole')
  expect(chosen(30 * 24, 1 / 600, 100)).toBe('raw whole')
})

it('reads no more samples than one request may, but takes roll-ups instead', () => {
  expect(chosen(1, 500)).toBe('raw')
  expect(chosen(1, 1_000)).toBe('minute')
  expect(chosen(1, 500, 1_000, 10)).toBe('minute')
  expect(chosen(5, 1, 1_000, 200)).toBe('minute')
})

it('tells the coarsest of several', () => {
  expect(coarsest(['raw', 'hour', 'minute'])).toBe('hour')
  expect(coarsest([])).toBe('raw')
})
