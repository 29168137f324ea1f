import type { OrganizationUsage, QuotaUse, UsageDay } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { QueryCache } from '../../foundation/database/query-cache.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { OrganizationQuotas, type Quotas } from '../../identity/organizations/organization-quotas.js'
import { LiveConnections } from '../../messaging/connections/live-connections.js'
import { RetentionService } from '../../telemetry/retention/retention.service.js'
import { StorageEstimator } from '../../telemetry/usage/storage-estimator.js'
import { UsageService } from '../../telemetry/usage/usage.service.js'
import { bytesFullAt, dayMs, devicesFullAt, levelOf, messagesFullAt, trendDays } from './forecast.js'

interface Devices {
  count: number
  madeLately: number
}

interface Facts {
  organizationId: number
  quotas: Quotas
  nowMs: number
}

/** Counting takes at most a twentieth of the time. */
const pauseFactor = 20
const minPauseMs = 1_000

/** What an organization uses of its quotas, and when they are used up. */
@Injectable()
export class UsageReportService {
  private readonly devices = new QueryCache<number, Devices>(
    (organizationId) => this.countDevices(organizationId),
    (tookMs) => Math.max(minPauseMs, tookMs * pauseFactor),
  )

  constructor(
    private readonly database: Database,
    private readonly quotas: OrganizationQuotas,
    private readonly usage: UsageService,
    private readonly storage: StorageEstimator,
    private readonly live: LiveConnections,
    private readonly retention: RetentionService,
  ) {}

  async read({ organizationId }: Principal): Promise<OrganizationUsage> {
    const facts = { organizationId, quotas: this.quotas.of(organizationId), nowMs: Date.now() }
    const [devices, days] = await Promise.all([
      this.devices.current(organizationId),
      this.usage.days(organizationId),
    ])
    return {
      devices: this.ofDevices(facts, devices),
      messagesPerDay: this.ofMessages(facts, days),
      storedBytes: this.ofBytes(facts),
      connections: this.toUse('connections', facts, this.live.count(organizationId), null),
      days,
    }
  }

  private ofDevices(facts: Facts, { count, madeLately }: Devices): QuotaUse {
    const { devices: limit } = facts.quotas
    const fullAt = devicesFullAt(facts.nowMs, { used: count, limit, madeLately })
    return this.toUse('devices', facts, count, fullAt)
  }

  private ofMessages(facts: Facts, days: readonly UsageDay[]): QuotaUse {
    const { messagesPerDay: limit } = facts.quotas
    const used = this.usage.messagesToday(facts.organizationId)
    const today = new Date(facts.nowMs).toISOString().slice(0, 10)
    const daysBefore = days.flatMap(({ day, messages }) => (day < today ? [messages] : []))
    return this.toUse('messagesPerDay', facts, used, messagesFullAt(facts.nowMs, { used, limit, daysBefore }))
  }

  private ofBytes(facts: Facts): QuotaUse {
    const { organizationId, nowMs } = facts
    const estimate = this.storage.known(organizationId)
    const oldestMs = this.retention.oldestMs(organizationId, nowMs)
    const fullAt =
      estimate === null
        ? null
        : bytesFullAt(nowMs, {
            used: estimate.bytes,
            limit: facts.quotas.storedBytes,
            perDay: estimate.bytesPerDay,
            retentionDays: oldestMs === null ? null : (nowMs - oldestMs) / dayMs,
          })
    return this.toUse('storedBytes', facts, estimate?.bytes ?? null, fullAt)
  }

  private toUse(name: keyof Quotas, { quotas }: Facts, used: number | null, fullAt: number | null): QuotaUse {
    const limit = quotas[name]
    return {
      limit: Number.isFinite(limit) ? limit : null,
      isDefault: limit === this.quotas.defaults[name],
      used,
      level: levelOf(used, limit),
      fullAt: fullAt === null ? null : new Date(fullAt).toISOString(),
    }
  }

  private async countDevices(organizationId: number): Promise<Devices> {
    const { rows } = await this.database.pools.registry.query<Devices>(devicesSql, [organizationId])
    return rows[0] ?? { count: 0, madeLately: 0 }
  }
}

const devicesSql = `
  SELECT count(*)::int AS count,
    count(*) FILTER (WHERE created_at > now() - interval '${trendDays} days')::int AS "madeLately"
  FROM device WHERE organization_id = $1`
