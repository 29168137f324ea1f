import type { Broker, ClientInfo } from '@heliograph/broker'
import { filterMatches, fleet, unsharedFilter } from '@heliograph/protocol'
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import type { ConnectionPrincipal } from '../../messaging/connections/connection-principal.js'
import { type BrokerListener, BrokerListeners } from '../../messaging/host/broker-listeners.js'
import { OverviewService } from '../overview/overview.service.js'
import { TrafficRates } from '../overview/traffic-rates.js'

interface Subscribed {
  organizationSlug: string
  connections: Set<string>
}

const publishIntervalMs = 1_000

/** Publishes the fleet message of an organization each second, as long as a subscriber of it is connected. */
@Injectable()
export class FleetPublisher implements BrokerListener, OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(FleetPublisher.name)
  private readonly subscribed = new Map<number, Subscribed>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly overview: OverviewService,
    private readonly rates: TrafficRates,
    private readonly publisher: PlatformPublisher,
    listeners: BrokerListeners,
  ) {
    listeners.register(this)
  }

  /** The rates are recorded from the start, so that a page that is opened later shows the past. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tick(), publishIntervalMs)
  }

  onModuleDestroy(): void {
    clearInterval(this.timer)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('disconnected', ({ client }) => this.disconnected(client))
  }

  /** Records a connection that subscribes to the fleet message of its organization. */
  subscriptionAllowed({ principal, connectionId }: ClientInfo<ConnectionPrincipal>, filter: string): void {
    const { organizationId, organizationSlug } = principal
    if (!filterMatches(unsharedFilter(filter) ?? filter, fleet.topic({ org: organizationSlug }))) return
    const subscribed = this.subscribed.get(organizationId) ?? { organizationSlug, connections: new Set() }
    this.subscribed.set(organizationId, subscribed)
    subscribed.connections.add(connectionId)
  }

  private disconnected({ principal, connectionId }: ClientInfo<ConnectionPrincipal>): void {
    const { organizationId } = principal
    const subscribed = this.subscribed.get(organizationId)
    if (!subscribed?.connections.delete(connectionId) || subscribed.connections.size > 0) return
    this.subscribed.delete(organizationId)
  }

  private tick(): void {
    this.rates.tick()
    for (const [organizationId, { organizationSlug }] of this.subscribed) {
      const topic = fleet.topic({ org: organizationSlug })
      this.publisher
        .publish(topic, fleet.encode(this.overview.counts(organizationId)), { qos: fleet.qos })
        .catch((error: unknown) => this.logger.error(`${topic} was not published: ${error}`))
    }
  }
}
