import type { Principal } from '../../../foundation/principal/principal.js'
import type { Statement } from '../query/statement.js'
import { type StoredValue, valueColumns } from '../query/stored-value.js'

/** How many values one answer may have. */
export const mostValues = 100_000

export interface LatestRow extends StoredValue {
  device: string
  /** Null, like all other columns, for a device that has none of the keys. */
  key: string | null
  ts: number
}

/** Selects the values of all devices in order of id and key; a device without values has one row too. */
export function latestStatement(
  { organizationId, tags }: Pick<Principal, 'organizationId' | 'tags'>,
  devices: readonly string[],
  keys: readonly string[] | null,
): Statement {
  return {
    text: `
      SELECT device.id AS device, last.name AS key, last.ts::float8 AS ts, ${valueColumns('last')}
      FROM public.device LEFT JOIN LATERAL (
        SELECT key.name, latest.ts, latest.number, latest.json
        FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
        WHERE latest.device_key = device.key AND ($3::text[] IS NULL OR key.name = ANY($3::text[]))
      ) AS last ON true
      WHERE device.organization_id = $1 AND device.id = ANY($2::text[])
        AND ($5::text[] IS NULL OR device.tags && $5::text[])
      ORDER BY device.id COLLATE "C", last.name LIMIT $4`,
    values: [organizationId, devices, keys, mostValues + 1, tags],
  }
}
