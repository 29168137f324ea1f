import { platformNow } from './platform-clock'

const DAY_MS = 86_400_000

/** The time in a number of days, as RFC 3339 text. */
export function expiryAfterDays(days: number, now = platformNow()): string {
  return new Date(now + days * DAY_MS).toISOString()
}
