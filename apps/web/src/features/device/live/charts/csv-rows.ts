import type { Span } from '../telemetry/span'

/** What a row of a saved table is: a stored sample, a point as it is drawn, or the average of an hour or a day. */
export const csvRows = ['samples', 'drawn', 'hours', 'days'] as const
export type CsvRows = (typeof csvRows)[number]

export const localTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

const HOUR = 3_600_000

/** The parameters of history that the platform reads for these rows. Hours are whole, and so are days of the local calendar. */
export function rowsQuery(
  rows: Exclude<CsvRows, 'drawn'>,
  { min, max }: Span,
): Record<string, string | number> {
  if (rows === 'samples') return { from: Math.round(min), to: Math.round(max) }
  if (rows === 'hours') {
    const [from, to] = [Math.floor(min / HOUR) * HOUR, Math.ceil(max / HOUR) * HOUR]
    return { from, to, aggregate: 'avg', interval: '1h' }
  }
  const [from, to] = [startOfDay(min), startOfDay(max) === max ? max : new Date(max).setHours(24, 0, 0, 0)]
  return { from, to, aggregate: 'avg', interval: '1d', timeZone: localTimeZone() }
}

const startOfDay = (ts: number): number => new Date(ts).setHours(0, 0, 0, 0)
