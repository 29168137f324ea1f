import { filterMatches, fleet, unsharedFilter } from '@heliograph/protocol'
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { OverviewService } from '../overview/overview.service.js'
import { TrafficRates } from '../overview/traffic-rates.js'
import { PlatformPublisher } from './platform-publisher.js'

interface Watched {
  organizationSlug: string
  connections: Set<string>
}

const everyMs = 1_000

/** Each second, the counts of an organization, as long as somebody who asked for them is connected. */
@Injectable()
export class FleetService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(FleetService.name)
  private readonly watched = new Map<number, Watched>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly overview: OverviewService,
    private readonly rates: TrafficRates,
    private readonly publisher: PlatformPublisher,
  ) {}

  /** The rates are kept from the start, so that whoever comes later sees how it went. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), everyMs)
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  /** Notes that a connection was granted a filter. */
  subscribed(
    organization: { organizationId: number; organizationSlug: string },
    connectionId: string,
    filter: string,
  ): void {
    const { organizationId, organizationSlug } = organization
    if (!filterMatches(unsharedFilter(filter) ?? filter, fleet.topic({ org: organizationSlug }))) return
    const watched = this.watched.get(organizationId) ?? { organizationSlug, connections: new Set() }
    this.watched.set(organizationId, watched)
    watched.connections.add(connectionId)
  }

  disconnected(organizationId: number, connectionId: string): void {
    const watched = this.watched.get(organizationId)
    if (!watched?.connections.delete(connectionId) || watched.connections.size > 0) return
    this.watched.delete(organizationId)
  }

  private tick(): void {
    this.rates.tick()
    for (const [organizationId, { organizationSlug }] of this.watched) {
      const topic = fleet.topic({ org: organizationSlug })
      this.publisher
        .publish(topic, fleet.encode(this.overview.counts(organizationId)), { qos: fleet.qos })
        .catch((error: unknown) => this.logger.error(`${topic} was not published: ${error}`))
    }
  }
}
