import { resolutions } from '@heliograph/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bucketUs, hourUs, minuteUs, tableRangesOf } from './table-ranges.js'

it('takes whole hours from hours, and the ends from minutes and samples', () => {
  expect(tableRangesOf('hour', 30 * minuteUs + 5, 3 * hourUs + 2 * minuteUs + 7)).toEqual([
    { resolution: 'raw', fromUs: 30 * minuteUs + 5, toUs: 31 * minuteUs },
    { resolution: 'minute', fromUs: 31 * minuteUs, toUs: hourUs },
    { resolution: 'hour', fromUs: hourUs, toUs: 3 * hourUs },
    { resolution: 'minute', fromUs: 3 * hourUs, toUs: 3 * hourUs + 2 * minuteUs },
    { resolution: 'raw', fromUs: 3 * hourUs + 2 * minuteUs, toUs: 3 * hourUs + 2 * minuteUs + 7 },
  ])
  expect(tableRangesOf('hour', 5, 5)).toEqual([])
})

it('covers each range exactly, without a gap or a double, by whole buckets', () => {
  const time = fc.integer({ min: 0, max: 5 * hourUs })
  fc.assert(
    fc.property(fc.constantFrom(...resolutions), time, time, (resolution, fromUs, toUs) => {
      const ranges = tableRangesOf(resolution, fromUs, toUs)
      let at = fromUs
      for (const range of ranges) {
        expect(range.fromUs).toBe(at)
        expect(range.toUs).toBeGreaterThan(at)
        expect(range.fromUs % bucketUs[range.resolution]).toBe(0)
        expect(range.toUs % bucketUs[range.resolution]).toBe(0)
        at = range.toUs
      }
      expect(at).toBe(Math.max(fromUs, ranges.length > 0 ? toUs : fromUs))
      if (toUs > fromUs) expect(ranges.length).toBeGreaterThan(0)
      const finest = ranges.filter((range) => range.resolution === 'raw')
      if (resolution !== 'raw')
        for (const raw of finest) expect(raw.toUs - raw.fromUs).toBeLessThan(2 * minuteUs)
    }),
  )
})
