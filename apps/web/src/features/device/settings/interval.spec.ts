import { describe, expect, it } from 'vitest'
import { fromInterval, toInterval } from './interval'

describe('toInterval', () => {
  it.each([
    [45, { count: 45, unit: 'seconds' }],
    [90, { count: 90, unit: 'seconds' }],
    [300, { count: 5, unit: 'minutes' }],
    [7_200, { count: 2, unit: 'hours' }],
    [172_800, { count: 2, unit: 'days' }],
  ] as const)('says %i seconds in the largest whole unit, and back', (seconds, interval) => {
    expect(toInterval(seconds)).toEqual(interval)
    expect(fromInterval(interval)).toBe(seconds)
  })
})
