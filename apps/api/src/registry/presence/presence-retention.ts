import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { type Budget, Housekeeping } from '../../foundation/housekeeping/housekeeping.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import { presenceLimits } from './presence-limits.js'

const devicesPerStep = 500

/** Deletes rows of the presence history that are too old, and the oldest of devices that have too many. */
@Injectable()
export class PresenceRetention {
  private readonly limits: LimitValues<typeof presenceLimits>
  /** The device after which the next run goes on, as counting all may take longer than one. */
  private afterDevice = 0

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    housekeeping: Housekeeping,
  ) {
    this.limits = presenceLimits.values(config.limits)
    housekeeping.register(
      'presence_change',
      async (budget) => (await this.deleteOld(budget)) + (await this.trim(budget)),
    )
  }

  /** Goes along the ids, which are in the order of time but for a few, until a page holds nothing that is too old. */
  private async deleteOld(budget: Budget): Promise<number> {
    const { days } = this.limits
    if (!Number.isFinite(days)) return 0
    const before = new Date(Date.now() - days * dayMs)
    let total = 0
    for (let after: string | null = '0'; after !== null && !budget.spent; ) {
      const page: Page | undefined = (
        await budget.step(() =>
          this.database.pools.background.query<Page>(deleteOldSql, [after, before, budget.batchRows]),
        )
      ).rows[0]
      total += page?.deleted ?? 0
      after = page !== undefined && page.old > 0 && page.read === budget.batchRows ? page.last : null
    }
    return total
  }

  private async trim(budget: Budget): Promise<number> {
    const { rows: most } = this.limits
    if (!Number.isFinite(most)) return 0
    let total = 0
    while (!budget.spent) {
      const values = [this.afterDevice, devicesPerStep, most, budget.batchRows]
      const page: TrimmedPage | undefined = (
        await budget.step(() => this.database.pools.background.query<TrimmedPage>(trimSql, values))
      ).rows[0]
      total += page?.deleted ?? 0
      if (page?.deleted === budget.batchRows) continue
      this.afterDevice = page?.last ?? 0
      if (this.afterDevice === 0) break
    }
    return total
  }
}

interface Page {
  last: string | null
  read: number
  old: number
  deleted: number
}

interface TrimmedPage {
  /** The last device of the page; null: there was none. */
  last: number | null
  deleted: number
}

const dayMs = 86_400_000

/** The newest row of a device stays, because it says since when the device is as it is. */
const deleteOldSql = `
  WITH page AS MATERIALIZED (
    SELECT id, device_key, at FROM presence_change WHERE id > $1::bigint ORDER BY id LIMIT $3
  ), gone AS (
    DELETE FROM presence_change AS old USING page
    WHERE old.id = page.id AND page.at < $2 AND EXISTS (
      SELECT FROM presence_change newer WHERE newer.device_key = page.device_key AND newer.id > page.id)
    RETURNING old.id
  )
  SELECT max(id)::text AS last, count(*)::int AS read, count(*) FILTER (WHERE at < $2)::int AS old,
    (SELECT count(*)::int FROM gone) AS deleted
  FROM page`

const trimSql = `
  WITH page AS MATERIALIZED (
    SELECT key FROM device WHERE key > $1 ORDER BY key LIMIT $2
  ), bound AS MATERIALIZED (
    SELECT key, (
      SELECT id FROM presence_change WHERE device_key = key ORDER BY id DESC OFFSET $3 LIMIT 1
    ) AS last FROM page
  ), gone AS (
    DELETE FROM presence_change WHERE id = ANY(ARRAY(
      SELECT id FROM bound JOIN presence_change ON device_key = key AND id <= last LIMIT $4))
    RETURNING id
  )
  SELECT max(key) AS last, (SELECT count(*)::int FROM gone) AS deleted FROM page`
