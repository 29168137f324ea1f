import { formatDuration } from '@/lib/format-time'

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000]

/** A time range: a span that ends now, or a fixed one between two times (epoch milliseconds). */
export type ChartRange = { follow: true; spanMs: number } | { follow: false; from: number; to: number }

/** The ranges that are offered, by the name that stands in the page's address. */
export const presets = [
  { id: '1m', ms: MINUTE, label: '1 min', name: 'minute' },
  { id: '5m', ms: 5 * MINUTE, label: '5 min', name: '5 minutes' },
  { id: '15m', ms: 15 * MINUTE, label: '15 min', name: '15 minutes' },
  { id: '1h', ms: HOUR, label: '1 h', name: 'hour' },
  { id: '6h', ms: 6 * HOUR, label: '6 h', name: '6 hours' },
  { id: '24h', ms: DAY, label: '24 h', name: '24 hours' },
  { id: '7d', ms: 7 * DAY, label: '7 d', name: '7 days' },
  { id: '30d', ms: 30 * DAY, label: '30 d', name: '30 days' },
  { id: '90d', ms: 90 * DAY, label: '90 d', name: '90 days' },
] as const

export const [shortestMs, longestMs] = [50, 90 * DAY]

const UNITS: Record<string, number> = { ms: 1, s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** The range that an address asks for; null when it asks for none, or for nonsense. */
export function rangeOf(search: string): ChartRange | null {
  const query = new URLSearchParams(search)
  const [from, to] = [Number(query.get('from') ?? Number.NaN), Number(query.get('to') ?? Number.NaN)]
  if (from >= 0 && to - from >= shortestMs && to - from <= longestMs) return { follow: false, from, to }
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(query.get('range') ?? '') ?? []
  const spanMs = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN)
  return spanMs >= shortestMs && spanMs <= longestMs ? { follow: true, spanMs } : null
}

/** The same address with another range. */
export function searchWith(search: string, range: ChartRange): string {
  const query = new URLSearchParams(search)
  for (const name of ['range', 'from', 'to']) query.delete(name)
  if (range.follow) {
    query.set('range', presets.find(({ ms }) => ms === range.spanMs)?.id ?? durationText(range.spanMs))
  } else {
    query.set('from', String(Math.round(range.from)))
    query.set('to', String(Math.round(range.to)))
  }
  return `?${query}`
}

/** The shortest range that holds data of this age; a device that has just begun would be a sliver in a longer one. */
export function presetFor(ageMs: number): number {
  const first = presets.slice(0, 3)
  return (first.find(({ ms }) => ageMs < ms * 0.95) ?? first[2] ?? presets[2]).ms
}

/** A length of time in words: `5 minutes`, `36 h`. */
export function spanText(spanMs: number): string {
  return presets.find(({ ms }) => ms === spanMs)?.name ?? formatDuration(spanMs)
}

function durationText(spanMs: number): string {
  const ms = Math.round(spanMs)
  return ms % SECOND === 0 ? `${ms / SECOND}s` : `${ms}ms`
}
