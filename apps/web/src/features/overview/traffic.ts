import type { FleetCounts, TrafficPoint } from '@heliograph/protocol'

const pointMs = 5_000
const trafficSpanMs = 10 * 60_000
const leastSpanMs = 60_000

/** A point of several seconds, of which the last may still be missing. */
interface LivePoint extends TrafficPoint {
  seconds: number
}

/** Whether the platform's clock was set back between two times of it. */
export function isSetBack(earlier: number, later: number): boolean {
  return later < earlier - 2 * pointMs
}

/**
 * The live points with one second more; each is a mean of five, as the platform's own are. Anew where its clock was set back:
 * nobody knows by how much.
 */
export function withSecond(points: readonly LivePoint[], counts: FleetCounts): LivePoint[] {
  const ts = Math.ceil(counts.ts / pointMs) * pointMs
  const last = points.at(-1)
  if (last !== undefined && isSetBack(last.ts, ts)) return withSecond([], counts)
  const before = last !== undefined && last.ts >= ts ? last : undefined
  const seconds = (before?.seconds ?? 0) + 1
  const mean = (sum: number | undefined, value: number) => ((sum ?? 0) * (seconds - 1) + value) / seconds
  const point = {
    ts: before?.ts ?? ts,
    seconds,
    messagesPerSecond: mean(before?.messagesPerSecond, counts.messagesPerSecond),
    samplesPerSecond: mean(before?.samplesPerSecond, counts.samplesPerSecond),
  }
  const rest = before === undefined ? points : points.slice(0, -1)
  return [...rest.filter((old) => old.ts > ts - trafficSpanMs), point]
}

/** The loaded points, followed by the live ones. */
export function joinTraffic(
  loaded: readonly TrafficPoint[],
  live: readonly TrafficPoint[],
): readonly TrafficPoint[] {
  const lastLoaded = loaded.at(-1)?.ts ?? 0
  const joined = [...loaded, ...live.filter(({ ts }) => ts > lastLoaded)]
  const from = (joined.at(-1)?.ts ?? 0) - trafficSpanMs
  return joined.filter(({ ts }) => ts > from)
}

/** The time from the first point to the last, at least one minute, as a server that has just started has little history. */
export function spanOf(points: readonly { ts: number }[]): number {
  const known = (points.at(-1)?.ts ?? 0) - (points[0]?.ts ?? 0)
  return Math.min(trafficSpanMs, Math.max(leastSpanMs, known))
}

/** The line of a course and the area below it, in a box of 100 × 100 whose right edge is the newest point. */
export function areaPaths(
  points: readonly { ts: number; value: number }[],
): { line: string; area: string } | null {
  const last = points.at(-1)
  const first = points[0]
  if (first === undefined || last === undefined || first === last) return null
  const highest = Math.max(...points.map(({ value }) => value), 1e-9)
  const spanMs = spanOf(points)
  const x = (ts: number) => round(100 - ((last.ts - ts) / spanMs) * 100)
  const y = (value: number) => round(98 - (value / highest) * 94)
  const line = points.map(({ ts, value }, index) => `${index === 0 ? 'M' : 'L'}${x(ts)} ${y(value)}`).join('')
  return { line, area: `${line}L100 100L${x(first.ts)} 100Z` }
}

const round = (value: number) => Math.round(value * 100) / 100
