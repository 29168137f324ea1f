/** One key of one device: the unit in which telemetry is stored and read. */
export interface Series {
  deviceKey: number
  /** The device's id. */
  device: string
  keyId: number
  key: string
}

/** Microseconds since 1970: `fromUs` inclusive, `toUs` exclusive. */
export interface TimeRange {
  fromUs: number
  toUs: number
}

/** One value of a series. `tsUs` is microseconds since 1970. */
export interface Point<Value> {
  tsUs: number
  value: Value
}

/** Series as parameters of a query, and as a table `s` of it whose `idx` counts from 0. */
export const seriesTable =
  '(SELECT device_key, key_id, (n - 1)::int AS idx FROM unnest($1::int[], $2::int[]) WITH ORDINALITY AS u (device_key, key_id, n)) AS s'

export function seriesParameters(series: readonly Series[]): [number[], number[]] {
  return [series.map(({ deviceKey }) => deviceKey), series.map(({ keyId }) => keyId)]
}

/** Orders by device, then key, as items of the same time are. */
export function compareSeries(a: Pick<Series, 'device' | 'key'>, b: Pick<Series, 'device' | 'key'>): number {
  return compareText(a.device, b.device) || compareText(a.key, b.key)
}

/** Orders as PostgreSQL's collation "C" does: by code point, not by UTF-16 unit. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
