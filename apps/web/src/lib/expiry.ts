const DAY_MS = 86_400_000

/** The instant so many days from now, as the API takes it. */
export function expiryAfterDays(days: number, now = Date.now()): string {
  return new Date(now + days * DAY_MS).toISOString()
}
