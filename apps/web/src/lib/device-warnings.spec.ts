import { describe, expect, it } from 'vitest'
import { deviceWarnings } from './device-warnings'

const shorts = (droppedMessages: number, clockSkewMs: number | null) =>
  deviceWarnings({ droppedMessages, clockSkewMs }).map(({ short }) => short)

describe('deviceWarnings', () => {
  it('says nothing of what is fine', () => {
    expect(shorts(0, null)).toEqual([])
    expect(shorts(0, 9_999)).toEqual([])
    expect(shorts(0, -9_999)).toEqual([])
  })

  it('says how far a clock is ahead; what is late need not be the clock’s fault', () => {
    expect(shorts(0, 10_000)).toEqual(['clock 10 s ahead'])
    expect(shorts(0, -3 * 3_600_000)).toEqual(['samples 3 h late'])
  })

  it('counts dropped messages', () => {
    expect(shorts(1_204, 60_000)).toEqual(['clock 1 min ahead', '1,204 dropped'])
    expect(deviceWarnings({ droppedMessages: 1, clockSkewMs: null })[0]?.what).toMatch(/^1 message was/)
  })
})
