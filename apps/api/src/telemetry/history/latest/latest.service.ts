import {
  type LatestOfDevices,
  maximumDevicesPerLatest,
  type ReadLatest,
  type ReadLatestOfDevices,
} from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { InvalidError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'
import { parseDevices, parseKeys } from '../query/history-query.js'
import { ReadLimiter } from '../query/read-limiter.js'
import { ReadingPool } from '../query/reading-pool.js'
import { assertAll } from '../query/series-lookup.js'
import { toValue } from '../query/stored-value.js'
import { type LatestRow, latestStatement, mostValues } from './latest-statement.js'

/** Reads the last value of each key, of one device or of a whole page of them. */
@Injectable()
export class LatestService {
  constructor(
    private readonly pool: ReadingPool,
    private readonly limiter: ReadLimiter,
  ) {}

  ofDevice(principal: Principal, device: string, query: ReadLatest): Promise<LatestOfDevices> {
    return this.read(principal, [device], parseKeys(query))
  }

  /** Values in order of device and key. Throws a NotFoundError that names each device that the caller does not see. */
  async ofDevices(principal: Principal, input: ReadLatestOfDevices): Promise<LatestOfDevices> {
    const devices = parseDevices(input.devices, maximumDevicesPerLatest)
    return this.read(principal, devices, parseKeys(input))
  }

  private async read(
    principal: Principal,
    devices: readonly string[],
    keys: readonly string[] | null,
  ): Promise<LatestOfDevices> {
    const statement = latestStatement(principal, devices, keys)
    const rows = await this.limiter.run(principal, () => this.pool.rows<LatestRow>(statement))
    if (rows.length > mostValues) throw tooManyValues()
    assertAll(devices, rows)
    const items = rows.flatMap(({ device, key, ts, ...value }) =>
      key === null ? [] : [{ device, key, ts: ts / 1_000, value: toValue(value) }],
    )
    return { items }
  }
}

function tooManyValues(): InvalidError {
  const message = `this would give more than ${mostValues.toLocaleString('en')} values; name the keys or fewer devices`
  return new InvalidError(`keys: ${message}`, 'too_many_items', [{ path: 'keys', message }])
}
