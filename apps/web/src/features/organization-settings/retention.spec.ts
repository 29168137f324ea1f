import type { OrganizationSettings } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { fromChoice, lostBefore, retentionText, toChoice } from './retention'

const nextDeletionAt = '2026-07-01T12:00:00.000Z'
const settings = (retentionDays: number | null, defaultRetentionDays: number | null = null) =>
  ({
    slug: 'acme',
    name: 'Acme',
    requiresTwoFactor: false,
    retentionDays,
    defaultRetentionDays,
    effectiveRetentionDays: (retentionDays ?? defaultRetentionDays) || null,
    nextDeletionAt,
    deletesBefore: null,
  }) satisfies OrganizationSettings

describe('the choice of a retention', () => {
  it.each([null, 0, 1, 365])('is shown and sent as it is: %s', (days) => {
    expect(fromChoice(toChoice(settings(days)))).toBe(days)
  })

  it.each(['', '0', '-1', '1.5', 'x'])('of %j days is refused', (retentionDays) => {
    expect(fromChoice({ mode: 'days', retentionDays })).toBeNaN()
  })
})

describe('what a change loses', () => {
  const before = (days: number) => Date.parse(nextDeletionAt) - days * 86_400_000

  it('is what is older than a shorter retention', () => {
    expect(lostBefore(settings(30), 7)).toBe(before(7))
    expect(lostBefore(settings(0), 7)).toBe(before(7))
    expect(lostBefore(settings(null), 7)).toBe(before(7))
    expect(lostBefore(settings(0, 30), null)).toBe(before(30))
  })

  it('is nothing with the same or a longer one', () => {
    expect(lostBefore(settings(30), 30)).toBeNull()
    expect(lostBefore(settings(30), 31)).toBeNull()
    expect(lostBefore(settings(30), 0)).toBeNull()
    expect(lostBefore(settings(30), null)).toBeNull()
  })
})

it('is told in days', () => {
  expect([1, 36_525, null].map(retentionText)).toEqual(['1 day', '36,525 days', 'forever'])
})
