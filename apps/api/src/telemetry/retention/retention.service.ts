import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { applyRetention, dayMs, loadRetention } from './retention.js'

const refreshEveryMs = 30_000
const longestFirstDelayMs = 5_000
/** A long query can keep a partition from being detached, and the database can be away. */
const retryAfterMs = 600_000

/** Knows how long each organization keeps its telemetry, and deletes what is older, soon after the start and then daily. */
@Injectable()
export class RetentionService implements OnModuleDestroy {
  private readonly logger = new Logger(RetentionService.name)
  private days = new Map<number, number>()
  private refreshTimer: NodeJS.Timeout | undefined
  private cleanUpTimer: NodeJS.Timeout | undefined
  private running: Promise<void> = Promise.resolve()
  private nextRunMs = 0

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
  ) {}

  async start(): Promise<void> {
    await this.refresh()
    this.refreshTimer = setInterval(
      () => void this.refresh().catch((error) => this.warn(error)),
      refreshEveryMs,
    )
    // Several platforms on one PostgreSQL do not all begin at the same time.
    this.schedule(Math.random() * longestFirstDelayMs)
  }

  /** The time before which an organization keeps nothing, in epoch milliseconds; null: it keeps all. */
  oldestMs(organizationId: number, nowMs: number): number | null {
    const days = this.days.get(organizationId)
    return days === undefined ? null : nowMs - days * dayMs
  }

  /** The platform's own retention; null: without end. */
  get defaultDays(): number | null {
    return this.config.telemetryRetentionDays
  }

  /** When telemetry that is too old is deleted next, in epoch milliseconds. */
  get nextRunAtMs(): number {
    return Math.max(this.nextRunMs, Date.now())
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.refreshTimer)
    clearTimeout(this.cleanUpTimer)
    await this.running
  }

  /** Reads how long each organization keeps its telemetry, which also happens by itself every half a minute. */
  async refresh(): Promise<void> {
    const retention = await loadRetention(this.database.pools.background, this.config.telemetryRetentionDays)
    this.days = new Map(
      retention.flatMap(({ organizationId, days }) =>
        days === null ? [] : [[organizationId, days] as const],
      ),
    )
  }

  private schedule(delayMs: number): void {
    this.nextRunMs = Date.now() + delayMs
    this.cleanUpTimer = setTimeout(() => {
      this.running = this.cleanUp().then(
        () => this.schedule(dayMs * (0.9 + Math.random() / 10)),
        (error: unknown) => {
          this.warn(error)
          this.schedule(retryAfterMs)
        },
      )
    }, delayMs).unref()
  }

  private async cleanUp(): Promise<void> {
    const { background: pool } = this.database.pools
    await applyRetention(pool, await loadRetention(pool, this.config.telemetryRetentionDays), Date.now())
  }

  private warn(error: unknown): void {
    this.logger.warn(
      `old telemetry could not be deleted, which is tried again: ${error instanceof Error ? error.message : error}`,
    )
  }
}
