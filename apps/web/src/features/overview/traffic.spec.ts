import type { FleetCounts } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { areaPaths, joinTraffic, withSecond } from './traffic'

const second = (ts: number, messagesPerSecond: number) =>
  ({ ts, messagesPerSecond, samplesPerSecond: 0 }) as FleetCounts
const point = (ts: number, messagesPerSecond = 1) => ({ ts, messagesPerSecond, samplesPerSecond: 0 })

describe('withSecond', () => {
  it('makes means of five seconds, the last one growing', () => {
    let points = withSecond([], second(10_100, 4))
    points = withSecond(points, second(11_100, 2))
    expect(points).toMatchObject([{ ts: 15_000, messagesPerSecond: 3 }])
    points = withSecond(points, second(15_100, 7))
    expect(points).toMatchObject([point(15_000, 3), point(20_000, 7)])
  })

  it('begins anew when the clock of the platform was set back', () => {
    const points = withSecond([], second(3_600_000, 4))
    expect(withSecond(points, second(3_599_500, 2))).toMatchObject([point(3_600_000, 3)])
    expect(withSecond(points, second(10_100, 2))).toMatchObject([point(15_000, 2)])
  })

  it('keeps ten minutes', () => {
    let points: ReturnType<typeof withSecond> = []
    for (let n = 0; n < 2_000; n += 1) points = withSecond(points, second(n * 1_000, 1))
    expect(points).toHaveLength(120)
  })
})

describe('joinTraffic', () => {
  it('puts what was heard behind what was loaded, nothing twice, ten minutes in all', () => {
    const live = [point(20_000, 9), point(25_000, 9)]
    expect(joinTraffic([point(15_000), point(20_000)], live)).toEqual([
      point(15_000),
      point(20_000),
      point(25_000, 9),
    ])
    expect(joinTraffic([], live)).toEqual(live)
    expect(joinTraffic([point(0)], [point(700_000)])).toEqual([point(700_000)])
  })
})

describe('areaPaths', () => {
  it('draws the newest at the right edge and the highest at the top', () => {
    const paths = areaPaths([
      { ts: 0, value: 0 },
      { ts: 300_000, value: 10 },
      { ts: 600_000, value: 5 },
    ])
    expect(paths?.line).toBe('M0 98L50 4L100 51')
    expect(paths?.area).toBe('M0 98L50 4L100 51L100 100L0 100Z')
  })

  it('draws nothing of one point, and silence as a flat line', () => {
    expect(areaPaths([{ ts: 1, value: 1 }])).toBeNull()
    expect(
      areaPaths([
        { ts: 570_000, value: 0 },
        { ts: 600_000, value: 0 },
      ])?.line,
    ).toBe('M50 98L100 98')
  })
})
