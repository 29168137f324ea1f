import type { UsageDay } from '@heliograph/protocol'
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { Counter } from 'prom-client'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { deleteBatches } from '../../foundation/housekeeping/delete-batches.js'
import { Housekeeping } from '../../foundation/housekeeping/housekeeping.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { OrganizationQuotas } from '../../identity/organizations/organization-quotas.js'
import type { Refusal } from '../samples/sample.js'
import { StorageEstimator } from './storage-estimator.js'
import { UsageCounter } from './usage-counter.js'
import { usageLimits } from './usage-limits.js'

const estimateEveryMs = 30_000
const closeTimeoutMs = 1_000

/** Counts what organizations send, and refuses telemetry past their quotas. */
@Injectable()
export class UsageService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(UsageService.name)
  private readonly counter: UsageCounter
  private readonly refused: Counter<'quota'>
  private estimateTimer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly quotas: OrganizationQuotas,
    private readonly storage: StorageEstimator,
    housekeeping: Housekeeping,
    metrics: MetricsRegistry,
    @Inject(CONFIG) config: Config,
  ) {
    this.counter = new UsageCounter(database.pools.background, (error) =>
      this.logger.debug(`counts wait for the database: ${error instanceof Error ? error.message : error}`),
    )
    this.refused = new Counter({
      name: 'heliograph_quota_refused_messages_total',
      help: 'Messages of telemetry that were refused because a quota of their organization is used up, by quota',
      labelNames: ['quota'],
      registers: [metrics.registry],
    })
    for (const quota of ['messagesPerDay', 'storedBytes'] as const) this.refused.inc({ quota }, 0)
    const { days } = usageLimits.values(config.limits)
    housekeeping.register('organization_usage', (budget) =>
      Number.isFinite(days)
        ? deleteBatches(database.pools.background, budget, deleteSql, [days])
        : Promise.resolve(0),
    )
  }

  /** To be called before the first message. */
  async start(): Promise<void> {
    await this.quotas.refresh()
    await this.counter.load()
    this.estimate()
    this.estimateTimer = setInterval(() => this.estimate(), estimateEveryMs).unref()
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.estimateTimer)
    await this.counter.close(closeTimeoutMs)
  }

  /** Counts a message of telemetry; or returns why its organization may not send it. */
  admit(organizationId: number, payloadBytes: number): Refusal | null {
    const { messagesPerDay, storedBytes } = this.quotas.of(organizationId)
    if (this.counter.messagesToday(organizationId) >= messagesPerDay) {
      this.refused.inc({ quota: 'messagesPerDay' })
      return refusal(
        `the organization has sent its ${messagesPerDay} messages of this day (UTC). Send less often, or ask a platform administrator for a higher quota`,
      )
    }
    if (this.storedBytes(organizationId) >= storedBytes) {
      this.refused.inc({ quota: 'storedBytes' })
      return refusal(
        `the organization stores as much telemetry as its quota of ${storedBytes} bytes allows. Shorten the retention, delete devices, or ask a platform administrator for a higher quota`,
      )
    }
    this.counter.countMessage(organizationId, payloadBytes)
    return null
  }

  countSamples(organizationId: number, samples: number): void {
    this.counter.countSamples(organizationId, samples)
  }

  messagesToday(organizationId: number): number {
    return this.counter.messagesToday(organizationId)
  }

  /** The organizations that sent something on this day. */
  organizations(): Iterable<number> {
    return this.counter.organizations()
  }

  /** The last days, ascending, up to and with this one as far as it is written; days without messages are left out. */
  async days(organizationId: number): Promise<UsageDay[]> {
    const { rows } = await this.database.pools.registry.query<UsageDay>(daysSql, [organizationId])
    return rows
  }

  /** As of the last estimate; 0 before the first. */
  private storedBytes(organizationId: number): number {
    return this.storage.known(organizationId)?.bytes ?? 0
  }

  private estimate(): void {
    this.storage
      .refresh()
      .catch((error: unknown) =>
        this.logger.debug(
          `stored telemetry was not estimated: ${error instanceof Error ? error.message : error}`,
        ),
      )
  }
}

function refusal(detail: string): Refusal {
  return { code: 'quota', detail }
}

/** The days before this one for which the overview has counts. */
const daysShown = 7

const daysSql = `
  SELECT to_char(day, 'YYYY-MM-DD') AS day, messages::float8 AS messages, samples::float8 AS samples,
    bytes::float8 AS bytes
  FROM organization_usage
  WHERE organization_id = $1 AND day >= (now() AT TIME ZONE 'UTC')::date - ${daysShown}
  ORDER BY day`

const deleteSql = `
  DELETE FROM organization_usage WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM organization_usage WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int
    ORDER BY day LIMIT $2))`
