import { describe, expect, it, vi } from 'vitest'
import { PlatformClock } from './platform-clock'

const HOUR = 3_600_000
const trueNow = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const dateAt = (ts: number) => new Date(ts).toUTCString()

/** A browser whose clock is wrong by so much. */
function start(errorMs: number) {
  let passedMs = 0
  let error = errorMs
  const clock = new PlatformClock(() => trueNow + passedMs + error)
  return {
    clock,
    pass: (ms: number) => {
      passedMs += ms
    },
    set: (ms: number) => {
      error = ms
    },
    truth: () => trueNow + passedMs,
    answer(tookMs = 40) {
      const sentAt = trueNow + passedMs + error
      passedMs += tookMs
      clock.answered(dateAt(trueNow + passedMs - tookMs / 2), sentAt)
    },
  }
}

describe('PlatformClock', () => {
  it('leaves a clock alone that may be right', () => {
    const { clock, answer, truth } = start(300)
    answer()
    clock.heard(truth() - 20)
    expect(clock.offsetMs()).toBe(0)
  })

  it.each([2 * HOUR, -3 * HOUR, 90_000, -90_000])(
    'finds a clock that is wrong by %d ms, to the second from one answer',
    (errorMs) => {
      const { clock, answer, truth } = start(errorMs)
      answer()
      expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(1_040)
      expect(clock.fromBrowser(truth() + errorMs)).toBeCloseTo(clock.now(), 5)
      expect(clock.toBrowser(clock.now())).toBeCloseTo(truth() + errorMs, 5)
    },
  )

  it('comes closer with each answer and message', () => {
    const { clock, answer, pass, truth } = start(-HOUR)
    for (let count = 0; count < 20; count += 1) {
      pass(1_137)
      answer()
      clock.heard(truth() - 5)
    }
    expect(Math.abs(clock.now() - truth())).toBeLessThan(60)
  })

  it('follows a clock that is set while the page is open, and tells who listens', () => {
    const { clock, set, truth, answer } = start(0)
    answer()
    const told = vi.fn()
    clock.listen(told)
    set(HOUR)
    clock.heard(truth() - 5)
    expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(10_000)
    answer()
    expect(Math.abs(clock.now() - truth())).toBeLessThanOrEqual(1_040)
    expect(told).toHaveBeenCalled()
  })

  it('learns nothing from an answer without a time', () => {
    const { clock } = start(HOUR)
    clock.answered(null, 0)
    clock.answered('yesterday', 0)
    expect(clock.offsetMs()).toBe(0)
  })
})
