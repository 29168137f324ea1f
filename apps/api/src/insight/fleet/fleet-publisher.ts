import type { Broker, ClientInfo } from '@heliograph/broker'
import { filterMatches, fleet, unsharedFilter } from '@heliograph/protocol'
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import type { ConnectionPrincipal } from '../../messaging/connections/connection-principal.js'
import { type BrokerObserver, BrokerObservers } from '../../messaging/host/broker-observers.js'
import { OverviewService } from '../overview/overview.service.js'
import { TrafficRates } from '../overview/traffic-rates.js'

interface Watched {
  organizationSlug: string
  connections: Set<string>
}

const everyMs = 1_000

/** Each second, the counts of an organization, as long as somebody who asked for them is connected. */
@Injectable()
export class FleetPublisher implements BrokerObserver, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(FleetPublisher.name)
  private readonly watched = new Map<number, Watched>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly overview: OverviewService,
    private readonly rates: TrafficRates,
    private readonly publisher: PlatformPublisher,
    observers: BrokerObservers,
  ) {
    observers.register(this)
  }

  /** The rates are kept from the start, so that whoever comes later sees how it went. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), everyMs)
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('disconnected', ({ client }) => this.disconnected(client))
  }

  /** A connection that may subscribe to the fleet message of its organization is one that watches. */
  subscriptionAllowed({ principal, connectionId }: ClientInfo<ConnectionPrincipal>, filter: string): void {
    const { organizationId, organizationSlug } = principal
    if (!filterMatches(unsharedFilter(filter) ?? filter, fleet.topic({ org: organizationSlug }))) return
    const watched = this.watched.get(organizationId) ?? { organizationSlug, connections: new Set() }
    this.watched.set(organizationId, watched)
    watched.connections.add(connectionId)
  }

  private disconnected({ principal, connectionId }: ClientInfo<ConnectionPrincipal>): void {
    const { organizationId } = principal
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
