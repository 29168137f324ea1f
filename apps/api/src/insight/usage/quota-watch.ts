import type { QuotaLevel, QuotaName } from '@heliograph/protocol'
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { Gauge } from 'prom-client'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { OrganizationQuotas } from '../../identity/organizations/organization-quotas.js'
import { LiveConnections } from '../../messaging/connections/live-connections.js'
import { StorageEstimator } from '../../telemetry/usage/storage-estimator.js'
import { UsageService } from '../../telemetry/usage/usage.service.js'
import { levelOf } from './forecast.js'

/** The quotas whose use is known without asking the database. */
type Watched = Exclude<QuotaName, 'devices'>
const watched: readonly Watched[] = ['messagesPerDay', 'storedBytes', 'connections']

const watchEveryMs = 30_000
const order: readonly QuotaLevel[] = ['ok', 'warning', 'critical', 'full']

/** Warns in the log before a quota of an organization is used up, once for each level, and shows the highest shares. */
@Injectable()
export class QuotaWatch implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(QuotaWatch.name)
  private readonly told = new Map<string, QuotaLevel>()
  /** Organizations that were deleted. What they used is still counted for a while. */
  private readonly deleted = new Set<number>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly quotas: OrganizationQuotas,
    private readonly usage: UsageService,
    private readonly storage: StorageEstimator,
    private readonly live: LiveConnections,
    events: EventBus,
    metrics: MetricsRegistry,
  ) {
    events.on('organization.deleted', ({ organizationId }) => this.forget(organizationId))
    const share = (name: Watched) => this.highestShare(name)
    new Gauge({
      name: 'heliograph_quota_used_share',
      help: 'The share of its quota that the organization uses which uses most of it, by quota',
      labelNames: ['quota'],
      registers: [metrics.registry],
      collect() {
        for (const quota of watched) this.set({ quota }, share(quota))
      },
    })
  }

  async onApplicationBootstrap(): Promise<void> {
    const where = { deletedAt: { not: null } }
    for (const { id } of await this.database.prisma.organization.findMany({ where, select: { id: true } }))
      this.forget(id)
    this.timer = setInterval(() => {
      this.watch().catch((error: unknown) => this.logger.debug(`quotas were not watched: ${error}`))
    }, watchEveryMs).unref()
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  private forget(id: number): void {
    this.deleted.add(id)
    for (const name of watched) this.told.delete(`${id} ${name}`)
  }

  private organizations(): number[] {
    const ids = new Set([
      ...this.usage.organizations(),
      ...this.storage.organizations(),
      ...this.live.organizations(),
    ])
    return [...ids].filter((id) => !this.deleted.has(id))
  }

  private used(name: Watched, organizationId: number): number {
    if (name === 'messagesPerDay') return this.usage.messagesToday(organizationId)
    if (name === 'connections') return this.live.count(organizationId)
    return this.storage.known(organizationId)?.bytes ?? 0
  }

  private highestShare(name: Watched): number {
    let highest = 0
    for (const id of this.organizations())
      highest = Math.max(highest, this.used(name, id) / this.quotas.of(id)[name])
    return highest
  }

  private async watch(): Promise<void> {
    for (const id of this.organizations())
      for (const name of watched) {
        const [used, limit] = [this.used(name, id), this.quotas.of(id)[name]]
        if (this.hasRisen(`${id} ${name}`, levelOf(used, limit))) await this.warn(id, name, used, limit)
      }
  }

  private hasRisen(key: string, level: QuotaLevel): boolean {
    const before = this.told.get(key) ?? 'ok'
    if (level === 'ok') this.told.delete(key)
    else this.told.set(key, level)
    return order.indexOf(level) > order.indexOf(before)
  }

  private async warn(id: number, name: Watched, used: number, limit: number): Promise<void> {
    const organization = await this.database.prisma.organization.findUnique({ where: { id } })
    if (organization === null) return
    const percent = Math.floor((100 * used) / limit)
    this.logger.warn(
      `the organization ${organization.slug} uses ${percent} % of its quota ${name}: ${used} of ${limit}`,
    )
  }
}
