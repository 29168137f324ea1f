import { Injectable } from '@nestjs/common'
import { Database } from '../database/database.service.js'
import { type FieldError, InvalidError, NotFoundError } from '../errors/domain-errors.js'
import type { Principal } from '../principal/principal.js'
import { ReadingPool } from './reading-pool.js'
import { compareSeries, type Series } from './series.js'

/** A device, as far as reading needs to know it. */
export interface ReadDevice {
  key: number
  id: string
}

/** Finds what may be read: devices of the caller's own organization, and what they have measured. */
@Injectable()
export class SeriesLookup {
  constructor(
    private readonly database: Database,
    private readonly pool: ReadingPool,
  ) {}

  /** Throws a NotFoundError that names each device that is not the organization's own. */
  async devices(principal: Principal, ids: readonly string[]): Promise<ReadDevice[]> {
    const found = await this.database.prisma.device.findMany({
      where: { organizationId: principal.organizationId, id: { in: [...ids] } },
      select: { key: true, id: true },
    })
    const known = new Set(found.map(({ id }) => id))
    const missing = ids.filter((id) => !known.has(id))
    if (missing.length > 0) throw noSuchDevices(missing)
    return found
  }

  /** The series of the devices, all or those of some keys, by device and key. Throws an InvalidError for too many. */
  async series(
    devices: readonly ReadDevice[],
    keys: readonly string[] | null,
    maximum: number,
  ): Promise<Series[]> {
    const rows = await this.pool.rows<{ deviceKey: number; keyId: number; key: string }>({
      text: `
        SELECT latest.device_key AS "deviceKey", latest.key_id AS "keyId", key.name AS key
        FROM telemetry.latest JOIN telemetry.key ON key.id = latest.key_id
        WHERE latest.device_key = ANY($1::int[]) AND ($2::text[] IS NULL OR key.name = ANY($2::text[]))
        LIMIT $3`,
      values: [devices.map(({ key }) => key), keys, maximum + 1],
    })
    if (rows.length > maximum) throw tooManySeries(maximum, keys === null ? 'keys' : 'devices')
    const ids = new Map(devices.map(({ key, id }) => [key, id]))
    return rows.map((row) => ({ ...row, device: ids.get(row.deviceKey) ?? '' })).sort(compareSeries)
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
