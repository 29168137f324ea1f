import type { Statement } from './reading-pool.js'
import { type StoredValue, valueColumns } from './stored-value.js'

/** Values that one answer may have. */
export const mostValues = 100_000

export interface LatestRow extends StoredValue {
  deviceKey: number
  key: string
  ts: number
}

/** One query for all devices, by name of the key. */
export function latestStatement(deviceKeys: readonly number[], keys: readonly string[] | null): Statement {
  return {
    text: `
      SELECT latest.device_key AS "deviceKey", key.name AS key, latest.ts::float8 AS ts, ${valueColumns('latest')}
      FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
      WHERE latest.device_key = ANY($1::int[]) AND ($2::text[] IS NULL OR key.name = ANY($2::text[]))
      ORDER BY key.name LIMIT $3`,
    values: [deviceKeys, keys, mostValues + 1],
  }
}
