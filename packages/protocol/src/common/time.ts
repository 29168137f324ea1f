const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/**
 * Reads a point in time as people and scripts write it: epoch milliseconds (`1767225600000`), RFC 3339
 * (`2026-01-01T00:00:00Z`), `now`, or relative to it (`-24h`, `-90s`, `+5m`; s, m, h, d, w).
 * Returns epoch milliseconds, or null for any other text.
 */
export function parseTime(text: string, now: number): number | null {
  if (text === 'now') return now
  if (/^\d{1,15}(\.\d{1,3})?$/.test(text)) return Number(text)
  const relative = /^([+-])(\d{1,9})([smhdw])$/.exec(text)
  if (relative !== null) {
    const distance = Number(relative[2]) * units[relative[3] as keyof typeof units]
    return relative[1] === '-' ? now - distance : now + distance
  }
  return parseRfc3339(text)
}

/** Reads RFC 3339, in which a space may take the place of T. Returns epoch milliseconds with fractions, or null. */
export function parseRfc3339(text: string): number | null {
  const parts = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.exec(text)
  if (parts === null) return null
  const [, date = '', time, fraction, zone = ''] = parts
  if (!isDay(date)) return null
  // Date.parse reads no more than milliseconds.
  const second = Date.parse(`${date}T${time}${zone.toUpperCase()}`)
  if (Number.isNaN(second)) return null
  return fraction === undefined ? second : roundToMicroseconds(second + Number(`0${fraction}`) * 1_000)
}

/** Telemetry is kept in microseconds. Rounded alike, a live sample and its stored form have the very same time. */
export function roundToMicroseconds(ms: number): number {
  return Number.isInteger(ms) ? ms : Math.round(ms * 1_000) / 1_000
}

/** RFC 3339 in UTC with milliseconds, or with microseconds where there are any. `ts` is in epoch milliseconds. */
export function formatTime(ts: number): string {
  const ms = Math.floor(ts)
  const us = Math.min(999, Math.round((ts - ms) * 1_000))
  const text = new Date(ms).toISOString()
  return us === 0 ? text : `${text.slice(0, -1)}${String(us).padStart(3, '0')}Z`
}

/** Tells whether there is a time zone of this name in the IANA database: `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  // Some programs take offsets such as +02:00 for time zones.
  if (!/^[A-Za-z][\w/+-]*$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Tells whether a date is in the calendar. Date.parse reads 30 February as 2 March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
}
