import type { QuotaName } from '@heliograph/protocol'
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { organizationLimits } from './organization-limits.js'

/** How much an organization may have of each. */
export type Quotas = Readonly<Record<QuotaName, number>>

/** The quotas of its own that an organization has; null: the default holds. */
export type OwnQuotas = Readonly<Record<QuotaName, number | null>>

const refreshEveryMs = 30_000

/** The quotas of all organizations, in memory, because each message and connection is compared with them. */
@Injectable()
export class OrganizationQuotas implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(OrganizationQuotas.name)
  private quotas: ReadonlyMap<number, Quotas> = new Map()
  private timer: NodeJS.Timeout | undefined
  readonly defaults: Quotas

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
  ) {
    const { devices, messagesPerDay, storedBytes, connections } = organizationLimits.values(config.limits)
    this.defaults = { devices, messagesPerDay, storedBytes, connections }
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh()
    this.timer = setInterval(() => {
      this.refresh().catch((error: unknown) =>
        this.logger.debug(`quotas were not read again: ${error instanceof Error ? error.message : error}`),
      )
    }, refreshEveryMs).unref()
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  of(organizationId: number): Quotas {
    return this.quotas.get(organizationId) ?? this.defaults
  }

  /** Reads the quotas, which also happens by itself every half a minute. */
  async refresh(): Promise<void> {
    const { rows } = await this.database.pools.background.query<OwnQuotas & { id: number }>(quotasSql)
    this.quotas = new Map(rows.map(({ id, ...own }) => [id, this.merged(own)]))
  }

  private merged(own: OwnQuotas): Quotas {
    const { defaults } = this
    return {
      devices: own.devices ?? defaults.devices,
      messagesPerDay: own.messagesPerDay ?? defaults.messagesPerDay,
      storedBytes: own.storedBytes ?? defaults.storedBytes,
      connections: own.connections ?? defaults.connections,
    }
  }
}

/** Organizations without quotas of their own have the defaults. */
const quotasSql = `
  SELECT id, quota_devices AS devices, quota_messages_per_day::float8 AS "messagesPerDay",
    quota_stored_bytes::float8 AS "storedBytes", quota_connections AS connections
  FROM organization
  WHERE deleted_at IS NULL AND num_nonnulls(quota_devices, quota_messages_per_day, quota_stored_bytes, quota_connections) > 0`
