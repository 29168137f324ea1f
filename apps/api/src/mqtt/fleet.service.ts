import { filterMatches, fleet, unsharedFilter } from '@heliograph/protocol'
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common'
import { Database } from '../database/database.service.js'
import { Traffic } from '../ingest/traffic.js'
import { PresenceService } from '../presence/presence.service.js'
import { PlatformPublisher } from './platform-publisher.js'

interface Watched {
  organizationSlug: string
  connections: Set<string>
  atMs: number
  messages: number
  samples: number
}

const everyMs = 1_000

/** Each second, the counts of an organization, as long as somebody who asked for them is connected. */
@Injectable()
export class FleetService implements OnModuleDestroy {
  private readonly logger = new Logger(FleetService.name)
  private readonly watched = new Map<number, Watched>()
  private deviceCounts = new Map<number, number>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly traffic: Traffic,
    private readonly presence: PresenceService,
    private readonly publisher: PlatformPublisher,
  ) {}

  /** Notes that a connection was granted a filter. */
  subscribed(
    organization: { organizationId: number; organizationSlug: string },
    connectionId: string,
    filter: string,
  ): void {
    const { organizationId, organizationSlug } = organization
    if (!filterMatches(unsharedFilter(filter) ?? filter, fleet.topic({ org: organizationSlug }))) return
    const watched = this.watched.get(organizationId) ?? this.watch(organizationId, organizationSlug)
    watched.connections.add(connectionId)
    this.timer ??= setInterval(() => void this.tell(), everyMs)
  }

  disconnected(organizationId: number, connectionId: string): void {
    const watched = this.watched.get(organizationId)
    if (!watched?.connections.delete(connectionId) || watched.connections.size > 0) return
    this.watched.delete(organizationId)
    if (this.watched.size === 0) this.rest()
  }

  onModuleDestroy(): void {
    this.rest()
  }

  private watch(organizationId: number, organizationSlug: string): Watched {
    const totals = this.traffic.totals(organizationId)
    const watched = { organizationSlug, connections: new Set<string>(), atMs: Date.now(), ...totals }
    this.watched.set(organizationId, watched)
    return watched
  }

  private rest(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private async tell(): Promise<void> {
    await this.countDevices()
    for (const [organizationId, watched] of this.watched) {
      const counts = this.measure(organizationId, watched)
      const topic = fleet.topic({ org: watched.organizationSlug })
      try {
        await this.publisher.publish(topic, fleet.encode(counts), { qos: fleet.qos })
      } catch (error) {
        this.logger.error(`${topic} was not published: ${error}`)
      }
    }
  }

  /** While the database is away, the last counts are still the best there is. */
  private async countDevices(): Promise<void> {
    try {
      const { rows } = await this.database.pool.query<{ id: number; devices: number }>(
        `SELECT organization_id AS id, count(*)::int AS devices FROM device
         WHERE organization_id = ANY($1::int[]) GROUP BY organization_id`,
        [[...this.watched.keys()]],
      )
      this.deviceCounts = new Map(rows.map(({ id, devices }) => [id, devices]))
    } catch (error) {
      this.logger.debug(`devices were not counted: ${error instanceof Error ? error.message : error}`)
    }
  }

  private measure(organizationId: number, watched: Watched) {
    const ts = Date.now()
    const { messages, samples } = this.traffic.totals(organizationId)
    const seconds = Math.max(ts - watched.atMs, 1) / 1_000
    const rate = (count: number) => Math.round((count / seconds) * 10) / 10
    const counts = {
      ts,
      devices: this.deviceCounts.get(organizationId) ?? 0,
      online: this.presence.tracker.onlineCount(organizationId),
      messagesPerSecond: rate(messages - watched.messages),
      samplesPerSecond: rate(samples - watched.samples),
    }
    Object.assign(watched, { atMs: ts, messages, samples })
    return counts
  }
}
