import { describe, expect, it } from 'vitest'
import { hasLimits, type Limits, limitsProblem, noLimits, parseLimits, statusOf } from './limits'

const limits: Limits = { warning: { above: 30, below: 5 }, critical: { above: 40, below: null } }

describe('statusOf', () => {
  it('is the worst that a value is beyond of', () => {
    expect([41, 40, 31, 30, 5, 4].map((value) => statusOf(value, limits))).toEqual([
      'critical',
      'warning',
      'warning',
      null,
      null,
      'warning',
    ])
    expect(statusOf(1e9, noLimits)).toBeNull()
  })
})

describe('parseLimits', () => {
  it('reads what was kept', () => {
    expect(parseLimits(JSON.stringify(limits))).toEqual(limits)
  })

  it.each([null, '', '{', '1', '{"warning":{"above":"x"}}', '{"critical":[]}'])(
    'takes %j for none',
    (text) => {
      expect(parseLimits(text)).toEqual(noLimits)
    },
  )
})

describe('limitsProblem', () => {
  it('lets pass what makes sense', () => {
    expect(limitsProblem(limits)).toBeNull()
    expect(limitsProblem(noLimits)).toBeNull()
  })

  it('says what does not', () => {
    expect(limitsProblem({ ...noLimits, warning: { above: 1, below: 2 } })).toMatch(/greater than/)
    expect(limitsProblem({ ...limits, critical: { above: 20, below: null } })).toMatch(
      /less than “Warning above”/,
    )
    expect(limitsProblem({ ...limits, critical: { above: null, below: 6 } })).toMatch(
      /greater than “Warning below”/,
    )
  })
})

describe('hasLimits', () => {
  it('is whether there is any', () => {
    expect([hasLimits(limits), hasLimits(noLimits)]).toEqual([true, false])
  })
})
