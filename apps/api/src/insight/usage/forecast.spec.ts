import { describe, expect, it } from 'vitest'
import { bytesFullAt, dayMs, devicesFullAt, levelOf, messagesFullAt } from './forecast.js'

const midnight = 20_000 * dayMs
const noon = midnight + dayMs / 2

describe('the level of a quota', () => {
  it.each([
    [null, 'ok'],
    [79, 'ok'],
    [80, 'warning'],
    [94, 'warning'],
    [95, 'critical'],
    [99, 'critical'],
    [100, 'full'],
    [120, 'full'],
  ] as const)('is for %s of 100 %s', (used, level) => {
    expect(levelOf(used, 100)).toBe(level)
  })

  it('is never high without a limit', () => {
    expect(levelOf(1e12, Number.POSITIVE_INFINITY)).toBe('ok')
  })
})

describe('the forecast', () => {
  it('of devices goes on as in the last week', () => {
    expect(devicesFullAt(noon, { used: 80, limit: 100, madeLately: 14 })).toBe(noon + 10 * dayMs)
    expect(devicesFullAt(noon, { used: 80, limit: 100, madeLately: 0 })).toBeNull()
    expect(devicesFullAt(noon, { used: 100, limit: 100, madeLately: 7 })).toBeNull()
    expect(devicesFullAt(noon, { used: 1, limit: 100_000, madeLately: 1 })).toBeNull()
  })

  it('of messages goes on as on this day, and ends with it', () => {
    expect(messagesFullAt(noon, { used: 600, limit: 900, daysBefore: [] })).toBe(noon + dayMs / 4)
    expect(messagesFullAt(noon, { used: 400, limit: 900, daysBefore: [5_000] })).toBeNull()
  })

  it('of messages uses the days before while the day has hardly begun', () => {
    const early = midnight + 60_000
    expect(messagesFullAt(early, { used: 0, limit: 100, daysBefore: [100, 300] })).toBe(early + dayMs / 2)
    expect(messagesFullAt(early, { used: 10, limit: 100, daysBefore: [] })).toBe(early + 540_000)
  })

  it('of bytes knows that the retention deletes as much', () => {
    const use = { used: 50, limit: 100, perDay: 5 }
    expect(bytesFullAt(noon, { ...use, retentionDays: null })).toBe(noon + 10 * dayMs)
    expect(bytesFullAt(noon, { ...use, retentionDays: 30 })).toBe(noon + 10 * dayMs)
    expect(bytesFullAt(noon, { ...use, retentionDays: 15 })).toBeNull()
    expect(bytesFullAt(noon, { ...use, limit: Number.POSITIVE_INFINITY, retentionDays: null })).toBeNull()
  })
})
