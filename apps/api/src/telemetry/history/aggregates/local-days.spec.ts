import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LocalDays } from './local-days.js'

const us = (text: string) => Date.parse(text) * 1_000
const hourUs = 3_600_000_000
const startOfDate = (timeZone: string, date: string) =>
  new Date(new LocalDays(timeZone).startOf(Date.parse(date) / 86_400_000) / 1_000).toISOString()

describe('a local day', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28', '2026-03-27T23:00:00.000Z', 24],
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-03-30', '2026-03-29T22:00:00.000Z', 24],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['Asia/Kolkata', '2026-03-29', '2026-03-28T18:30:00.000Z', 24],
    ['Asia/Kathmandu', '2026-03-29', '2026-03-28T18:15:00.000Z', 24],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z', 24.5],
    ['America/Los_Angeles', '2026-11-01', '2026-11-01T07:00:00.000Z', 25],
  ])('of %s: %s begins at %s and has %d hours', (timeZone, date, start, hours) => {
    expect(startOfDate(timeZone, date)).toBe(start)
    const days = new LocalDays(timeZone)
    const day = days.dayOf(us(start))
    expect(days.startOf(day + 1) - days.startOf(day)).toBe(hours * hourUs)
  })

  it('begins after the hour that is skipped at midnight', () => {
    expect(startOfDate('America/Sao_Paulo', '2018-11-04')).toBe('2018-11-04T03:00:00.000Z')
  })

  it('begins once where midnight comes twice', () => {
    // At 0:01 the clock was set back to 23:01 of the day before.
    expect(startOfDate('America/St_Johns', '2006-10-29')).toBe('2006-10-29T02:30:00.000Z')
    const days = new LocalDays('America/St_Johns')
    expect(days.dayOf(us('2006-10-29T02:45:00Z'))).toBe(Date.parse('2006-10-29') / 86_400_000)
  })

  it('that a zone skipped on its way over the date line is empty', () => {
    expect(startOfDate('Pacific/Apia', '2011-12-30')).toBe('2011-12-30T10:00:00.000Z')
    expect(startOfDate('Pacific/Apia', '2011-12-31')).toBe('2011-12-30T10:00:00.000Z')
  })

  it('holds each time, whatever was asked before', () => {
    const zones = [
      'Europe/Berlin',
      'America/Sao_Paulo',
      'Pacific/Apia',
      'Africa/Casablanca',
      'Asia/Gaza',
      'UTC',
    ]
    for (const zone of zones) {
      const days = new LocalDays(zone)
      const date = new Intl.DateTimeFormat('sv-SE', { timeZone: zone })
      fc.assert(
        fc.property(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (ms) => {
          const day = days.dayOf(ms * 1_000)
          expect(new Date(day * 86_400_000).toISOString().slice(0, 10)).toBe(date.format(ms))
          expect(days.startOf(day)).toBe(new LocalDays(zone).startOf(day))
          expect(days.startOf(day)).toBeLessThanOrEqual(ms * 1_000)
          expect(days.startOf(day + 1)).toBeGreaterThan(ms * 1_000)
        }),
      )
    }
  })
})
