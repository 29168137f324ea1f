import {
  type LatestOfDevices,
  maximumDevicesPerLatest,
  type ReadLatest,
  type ReadLatestOfDevices,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { InvalidError } from '../errors/domain-errors.js'
import type { Principal } from '../principal/principal.js'
import { parseDevices, parseKeys } from './history-query.js'
import { ReadingPool, type Statement } from './reading-pool.js'
import { SeriesLookup } from './series-lookup.js'
import { type StoredValue, toValue, valueColumns } from './stored-value.js'

/** Values that one answer may have. */
const mostValues = 100_000

/** The last value of each key, of one device or of a whole page of them. */
@Injectable()
export class LatestService {
  constructor(
    private readonly lookup: SeriesLookup,
    private readonly pool: ReadingPool,
  ) {}

  ofDevice(principal: Principal, device: string, { keys }: ReadLatest): Promise<LatestOfDevices> {
    return this.read(principal, [device], parseKeys(keys))
  }

  /** By device and key. Throws a NotFoundError that names what is no device of the caller's. */
  async ofDevices(principal: Principal, input: ReadLatestOfDevices): Promise<LatestOfDevices> {
    const devices = parseDevices(input.devices, maximumDevicesPerLatest)
    return this.read(principal, devices, parseKeys(input.keys))
  }

  private async read(
    principal: Principal,
    ids: readonly string[],
    keys: readonly string[] | null,
  ): Promise<LatestOfDevices> {
    const devices = await this.lookup.devices(principal, ids)
    const names = new Map(devices.map(({ key, id }) => [key, id]))
    const rows = await this.pool.rows<LatestRow>(latestStatement([...names.keys()], keys))
    if (rows.length > mostValues) throw tooManyValues()
    const items = rows.map(({ deviceKey, key, ts, ...value }) => ({
      device: names.get(deviceKey) ?? '',
      key,
      ts: ts / 1_000,
      value: toValue(value),
    }))
    return { items: items.sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : 0)) }
  }
}

interface LatestRow extends StoredValue {
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

function tooManyValues(): InvalidError {
  const message = `this would give more than ${mostValues.toLocaleString('en')} values; name the keys or fewer devices`
  return new InvalidError(`keys: ${message}`, 'too_many_items', [{ path: 'keys', message }])
}
