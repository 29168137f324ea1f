import { describe, expect, it } from 'vitest'
import { deviceWarnings } from './device-warnings'

const shorts = (droppedMessages: number, clockSkewMs: number | null, clockNotSet = false) =>
  deviceWarnings({ droppedMessages, clockSkewMs, clockNotSet }).map(({ short }) => short)

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

  it('says that a clock is not set, and not how far its time is off', () => {
    expect(shorts(0, -Date.UTC(2026, 0, 1), true)).toEqual(['clock not set'])
    expect(shorts(0, -500 * 86_400_000)).toEqual(['samples 500 d late'])
  })

  it('counts dropped messages', () => {
    expect(shorts(1_204, 60_000)).toEqual(['clock 1 min ahead', '1,204 dropped'])
    expect(deviceWarnings({ droppedMessages: 1, clockSkewMs: null, clockNotSet: false })[0]?.what).toMatch(
      /^1 message was/,
    )
  })
})
