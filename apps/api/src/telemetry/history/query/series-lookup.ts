import { Injectable } from '@nestjs/common'
import { type FieldError, InvalidError, NotFoundError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'
import { ReadingPool } from './reading-pool.js'
import { compareSeries, type Series } from './series.js'
import type { Statement } from './statement.js'

/** Finds the series of devices of the caller's organization. */
@Injectable()
export class SeriesLookup {
  constructor(private readonly pool: ReadingPool) {}

  /**
   * Finds the series of the devices, all or those of some keys, by device and key. Throws a NotFoundError that names each
   * device that the caller does not see, and an InvalidError for more than `maximum` series.
   */
  async find(
    principal: Principal,
    devices: readonly string[],
    keys: readonly string[] | null,
    maximum: number,
  ): Promise<Series[]> {
    const limit = maximum + devices.length + 1
    const rows = await this.pool.rows<Row>(seriesStatement(principal, devices, keys, limit))
    const series = rows.flatMap(({ deviceKey, device, keyId, key }) =>
      keyId === null || key === null ? [] : [{ deviceKey, device, keyId, key }],
    )
    if (series.length > maximum) throw tooManySeries(maximum, keys === null ? 'keys' : 'devices')
    // Checked last: if there were more rows than the limit, devices could seem to be missing.
    assertAll(devices, rows)
    return series.sort(compareSeries)
  }
}

/** Throws a NotFoundError that names each device that is not among the rows. */
export function assertAll(devices: readonly string[], rows: readonly { device: string }[]): void {
  const known = new Set(rows.map(({ device }) => device))
  const missing = devices.filter((device) => !known.has(device))
  if (missing.length > 0) throw noSuchDevices(missing)
}

interface Row {
  deviceKey: number
  device: string
  /** Null for a device that has none of the keys. */
  keyId: number | null
  key: string | null
}

function seriesStatement(
  { organizationId, tags }: Pick<Principal, 'organizationId' | 'tags'>,
  devices: readonly string[],
  keys: readonly string[] | null,
  limit: number,
): Statement {
  return {
    text: `
      SELECT device.key AS "deviceKey", device.id AS device, series.key_id AS "keyId", series.name AS key
      FROM public.device LEFT JOIN LATERAL (
        SELECT latest.key_id, key.name FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
        WHERE latest.device_key = device.key AND ($3::text[] IS NULL OR key.name = ANY($3::text[]))
      ) AS series ON true
      WHERE device.organization_id = $1 AND device.id = ANY($2::text[])
        AND ($5::text[] IS NULL OR device.tags && $5::text[])
      LIMIT $4`,
    values: [organizationId, devices, keys, limit, tags],
  }
}

function noSuchDevices(ids: readonly string[]): NotFoundError {
  const named = ids.slice(0, 10).join(', ')
  const more = ids.length > 10 ? ` and ${ids.length - 10} more` : ''
  const detail = ids.length === 1 ? `There is no device ${named}.` : `There are no devices ${named}${more}.`
  return new NotFoundError(detail, 'device_not_found')
}

function tooManySeries(maximum: number, path: 'keys' | 'devices'): InvalidError {
  const what = path === 'keys' ? 'name those you want' : 'name fewer keys or devices'
  const error: FieldError = {
    path,
    message: `this would read more than ${maximum.toLocaleString('en')} keys of devices at once; ${what}`,
  }
  return new InvalidError(`${path}: ${error.message}`, 'too_many_series', [error])
}
