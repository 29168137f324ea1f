import { deviceFilter, deviceOfFilter } from '@heliograph/protocol'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { tokenLimits } from './token-limits.js'

interface Limited {
  organizationId: number
  tags: readonly string[]
}

/** Reads which devices a caller with a tag limit sees, for the filters of its tokens. */
@Injectable()
export class SeenDevices {
  private readonly most: number

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) config: Config,
  ) {
    this.most = tokenLimits.values(config.limits).limitedDevices
  }

  /** Those of the filters, of which each names one device, that name a device within the limit. */
  async within({ organizationId, tags }: Limited, filters: readonly string[]): Promise<string[]> {
    const named = filters.map((filter) => ({ filter, device: deviceOfFilter(filter)?.device }))
    const { rows } = await this.database.pools.authentication.query<{ id: string }>(
      'SELECT id FROM device WHERE organization_id = $1 AND id = ANY($2::text[]) AND tags && $3::text[]',
      [organizationId, named.map(({ device }) => device), tags],
    )
    const seen = new Set(rows.map(({ id }) => id))
    return named.flatMap(({ filter, device }) => (device !== undefined && seen.has(device) ? [filter] : []))
  }

  /** A filter for each device within the limit. Throws an InvalidError when there are too many for one token. */
  async filters({ organizationId, tags }: Limited, org: string): Promise<string[]> {
    const { rows } = await this.database.pools.registry.query<{ id: string }>(
      'SELECT id FROM device WHERE organization_id = $1 AND tags && $2::text[] ORDER BY id LIMIT $3',
      [organizationId, tags, this.most + 1],
    )
    if (rows.length <= this.most) return rows.map(({ id }) => deviceFilter({ org, device: id }))
    const message = `you see more than ${this.most.toLocaleString('en')} devices; name those that you want, one in each filter`
    throw new InvalidError(`subscribe: ${message}`, 'too_many_devices', [{ path: 'subscribe', message }])
  }
}
