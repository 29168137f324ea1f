import type { QuotaUse } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { formatClock, formatDay } from '../../lib/format-time'
import { forecastText, percentText, usedText } from './quota-texts'

const now = Date.parse('2026-11-30T12:00:00Z')
const use = (changes: Partial<QuotaUse> = {}): QuotaUse => ({
  limit: 100_000,
  isDefault: true,
  used: 96_400,
  level: 'critical',
  fullAt: null,
  ...changes,
})

describe('the texts of a quota', () => {
  it('say how much of it is used', () => {
    expect(usedText('devices', use())).toBe('96,400 of 100,000')
    expect(usedText('storedBytes', use({ used: 318e6, limit: 1e12 }))).toBe('318 MB of 1 TB')
    expect(usedText('storedBytes', use({ used: null }))).toBe('… of 100 kB')
    expect(usedText('connections', use({ limit: null }))).toBe('96,400, no limit')
  })

  it('say the share, which is 100 % only when it is used up', () => {
    expect(percentText(use({ used: 99_999 }))).toBe('99 %')
    expect(percentText(use({ used: 1 }))).toBe('below 1 %')
    expect(percentText(use({ used: 0 }))).toBe('0 %')
    expect(percentText(use({ used: null }))).toBe('')
    expect(percentText(use({ limit: null }))).toBe('')
  })

  it('say when it is used up', () => {
    const fullAt = '2026-11-30T17:40:00.000Z'
    const at = Date.parse(fullAt)
    expect(forecastText('messagesPerDay', use({ fullAt }), now)).toBe(
      `At the rate of today, used up at ${formatClock(at)}`,
    )
    expect(forecastText('devices', use({ fullAt }), now)).toContain(`used up on ${formatDay(at)}`)
    expect(forecastText('messagesPerDay', use(), now)).toContain('Enough for today')
    expect(forecastText('messagesPerDay', use({ limit: null }), now)).toBe('')
  })

  it('say what is refused when it is used up', () => {
    const midnight = formatClock(Date.parse('2026-12-01T00:00:00Z'))
    expect(forecastText('messagesPerDay', use({ level: 'full' }), now)).toBe(
      `Telemetry is refused until ${midnight}`,
    )
  })
})
