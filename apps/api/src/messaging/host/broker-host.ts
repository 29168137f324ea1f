import type { Server } from 'node:net'
import { type Broker, type BrokerHooks, createBroker } from '@heliograph/broker'
import { canRetain, canSubscribe } from '@heliograph/protocol'
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { HealthChecks } from '../../foundation/health/health-checks.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import { Certificates } from '../../foundation/tls/certificates.js'
import { FrontDoor, mqttPath } from '../../http/front-door/front-door.js'
import { Notices } from '../../registry/notices/notices.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import { IngestService } from '../../telemetry/ingest/ingest.service.js'
import { BrokerStore } from '../broker-store/broker-store.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'
import { LiveConnections } from '../connections/live-connections.js'
import { ProxiedConnections } from '../proxy-protocol/proxied-connections.js'
import { proxyProtocolLimits } from '../proxy-protocol/proxy-protocol-limits.js'
import { ProxyRefusals } from '../proxy-protocol/proxy-refusals.js'
import { PublishHandler } from '../publishing/publish-handler.js'
import { PublishRights } from '../publishing/publish-rights.js'
import { BrokerListeners } from './broker-listeners.js'
import { brokerLogger } from './broker-logger.js'
import { registerBrokerMetrics } from './broker-metrics.js'
import { ConnectAuthenticator } from './connect-authenticator.js'
import { withinDescriptors } from './descriptor-limit.js'
import { LimitRevocation } from './limit-revocation.js'
import { listen } from './mqtt-ports.js'
import { MqttRefusalLog } from './mqtt-refusal-log.js'
import { presenceReasons } from './presence-reasons.js'
import { Revocation } from './revocation.js'
import { SessionPrincipals } from './session-principals.js'
import { UnretainedNotices } from './unretained-notices.js'

const presenceCloseTimeoutMs = 1_500

/** Hosts the broker: starts its listeners, answers its hooks, and passes on its events. */
@Injectable()
export class BrokerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BrokerHost.name)
  private broker: Broker<ConnectionPrincipal> | null = null
  private servers: Server[] = []
  private proxied: ProxiedConnections | null = null
  private readonly publishRights = new PublishRights()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly frontDoor: FrontDoor,
    private readonly store: BrokerStore,
    private readonly authenticator: ConnectAuthenticator,
    private readonly handler: PublishHandler,
    private readonly ingest: IngestService,
    private readonly presence: PresenceService,
    private readonly notices: Notices,
    private readonly publisher: PlatformPublisher,
    private readonly live: LiveConnections,
    private readonly revocation: Revocation,
    private readonly limitRevocation: LimitRevocation,
    private readonly listeners: BrokerListeners,
    private readonly health: HealthChecks,
    private readonly metrics: MetricsRegistry,
    private readonly unretained: UnretainedNotices,
    private readonly certificates: Certificates,
    private readonly principals: SessionPrincipals,
  ) {
    this.health.register('broker', () => {
      if (this.broker === null) throw new Error('is not running')
    })
  }

  /** Starts the broker and its listeners. Throws a ConfigError when a port cannot be used. */
  async onApplicationBootstrap(): Promise<void> {
    const broker: Broker<ConnectionPrincipal> = await createBroker<ConnectionPrincipal>({
      hooks: this.hooks(() => broker),
      limits: withinDescriptors(this.config, this.logger),
      persistence: this.store,
      logger: brokerLogger(this.logger),
    })
    this.publisher.attach(broker)
    this.live.attach(broker)
    await this.ingest.start()
    await this.presence.restore()
    // Before the revocation, so that a client that connects and is cut off at once counts as connected first.
    this.subscribe(broker)
    this.revocation.attach(broker)
    this.limitRevocation.attach(broker)
    this.listeners.brokerCreated(broker)
    registerBrokerMetrics(this.metrics.registry, broker)
    this.proxied = this.acceptProxies()
    const { config, certificates, proxied } = this
    this.servers = await listen({ broker, config, certificates, proxied })
    this.acceptWebSockets(broker)
    this.broker = broker
  }

  /** Ends every connection, and writes the presence of every device, before the database connections close. */
  async onModuleDestroy(): Promise<void> {
    const { broker } = this
    this.broker = null
    for (const server of this.servers) server.close()
    this.proxied?.close()
    await broker?.close()
    // The broker closes the store as well, unless it waits for a database that does not answer.
    await this.store.close()
    this.publisher.detach()
    await this.presence.close(presenceCloseTimeoutMs)
  }

  private hooks(broker: () => Broker<ConnectionPrincipal>): BrokerHooks<ConnectionPrincipal> {
    return {
      authenticate: (connect) => this.authenticator.authenticate(connect, broker()),
      authorizePublish: ({ principal }, topic) => this.publishRights.allows(principal.mqtt, topic),
      authorizeSubscribe: (client, filter) => {
        const allowed = canSubscribe(client.principal.mqtt, filter)
        if (allowed) this.listeners.subscriptionAllowed(client, filter)
        return allowed
      },
      authorizeRetain: (_client, topic) => canRetain(topic),
      principalOf: (session) => this.principals.find(session),
      onPublish: (client, message) => this.handler.decide(client, message),
      onDecided: (message) => this.handler.acknowledged(message),
    }
  }

  private subscribe(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('connected', ({ client: { principal, connectionId } }) => {
      if (principal.kind === 'device') this.presence.tracker.connected(principal, connectionId)
    })
    broker.events.on('disconnected', ({ client: { principal, connectionId }, reason }) => {
      if (principal.kind === 'device')
        this.presence.tracker.disconnected(principal.deviceKey, connectionId, presenceReasons[reason])
    })
    const refusals = new MqttRefusalLog(this.logger)
    broker.events.on('refused', (refusal) => refusals.note(refusal))
    broker.events.on('refused', ({ stage, reason, client, topic, ...about }) => {
      if (reason !== 'not_authorized' || client?.principal.kind !== 'device' || topic === undefined) return
      const { count, remoteAddress } = about
      const notice = { code: 'topic_denied', topic, detail: denials[stage] } as const
      this.notices.send(client.principal, notice, { count, remoteAddress })
    })
    broker.events.on('unretained', (unretained) => this.unretained.tell(unretained))
  }

  /** Null when MQTT_PROXY_PROTOCOL is off. */
  private acceptProxies(): ProxiedConnections | null {
    const refusals = new ProxyRefusals(this.logger, this.metrics.registry)
    if (!this.config.mqttProxyProtocol) return null
    return new ProxiedConnections({
      trustedProxies: this.config.trustedProxies,
      limits: proxyProtocolLimits.values(this.config.limits),
      onRefused: (refusal) => refusals.note(refusal),
    })
  }

  private acceptWebSockets(broker: Broker<ConnectionPrincipal>): void {
    for (const path of webSocketPaths)
      this.frontDoor.onUpgrade(path, (request, socket, head, { remoteAddress }) =>
        broker.handleUpgrade(request, socket, head, {
          remoteAddress,
          path: `${this.config.basePath}${mqttPath}`,
        }),
      )
  }
}

/** Clients try the others by default. */
const webSocketPaths = [mqttPath, `${mqttPath}/`, '/ws', '/']

const denials = {
  connect: 'this device may not use it',
  publish: 'this device may not publish to it',
  subscribe: 'this device may not subscribe to it',
  will: 'this device may not publish to it: it is connected, and its will is not sent',
}
