import type { Broker } from '@heliograph/broker'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { PlatformEvents } from '../../foundation/events/platform-events.js'
import { ApplicationConnections } from '../../registry/applications/application-connections.js'
import { ApplicationVerifier } from '../../registry/applications/application-verifier.js'
import type { ApplicationConnection, ConnectionPrincipal } from '../connections/connection-principal.js'
import { applicationOwner } from '../connections/session-ids.js'
import { allowsOrigin } from './application-authenticator.js'

/**
 * Gives live connections the rights of their application as they are after a change, or ends them, before the changing request
 * is answered; and counts them.
 */
@Injectable()
export class ApplicationRevocation {
  private readonly logger = new Logger(ApplicationRevocation.name)

  constructor(
    private readonly events: EventBus,
    private readonly verifier: ApplicationVerifier,
    private readonly connections: ApplicationConnections,
  ) {}

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.events.on('application.updated', (change) => narrow(broker, change))
    this.events.on('application.rotated', (rotation) => limitToOverlap(broker, rotation))
    this.events.on('application.deleted', (application) => this.end(broker, application))
    broker.events.on('connected', ({ client: { principal, remoteAddress } }) => {
      if (principal.kind === 'application') this.connections.connected(principal.applicationId, remoteAddress)
    })
    broker.events.on('disconnected', ({ client: { principal } }) => {
      if (principal.kind === 'application') this.connections.disconnected(principal.applicationId)
    })
  }

  /** Whether the application was changed or deleted while the client of this connection was being authenticated. */
  wasChanged({ applicationId, authenticatedAtMs }: ApplicationConnection): boolean {
    return this.verifier.changedSince(applicationId, authenticatedAtMs)
  }

  /** Ends the connections and removes the stored sessions. Rows that are not deleted now have no owner at the next start. */
  private async end(
    broker: Broker<ConnectionPrincipal>,
    { applicationId }: PlatformEvents['application.deleted'],
  ): Promise<void> {
    broker.disconnect(({ principal }) => isOf(principal, applicationId), 'revoked')
    const owner = applicationOwner(applicationId)
    try {
      await broker.forgetSessions((_, sessionOwner) => sessionOwner === owner)
    } catch (error) {
      this.logger.warn(
        `the sessions of a deleted application are not deleted from the store yet: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}

function isOf(principal: ConnectionPrincipal, applicationId: string): principal is ApplicationConnection {
  return principal.kind === 'application' && principal.applicationId === applicationId
}

/** Subscriptions that are not granted any more end with the new principal; pages of other origins are cut off. */
function narrow(
  broker: Broker<ConnectionPrincipal>,
  { applicationId, subscribe, publish, origins }: PlatformEvents['application.updated'],
): void {
  broker.disconnect(
    ({ principal }) => isOf(principal, applicationId) && !allowsOrigin({ origins }, principal.origin),
    'revoked',
  )
  const authenticatedAtMs = Date.now()
  for (const { principal, sessionId } of [...broker.clients()]) {
    if (!isOf(principal, applicationId)) continue
    const mqtt = { ...principal.mqtt, subscribe, publish }
    broker.setPrincipal(sessionId, { ...principal, authenticatedAtMs, mqtt })
  }
}

/** Connections that are up used the previous password, so they end when that stops working. */
function limitToOverlap(
  broker: Broker<ConnectionPrincipal>,
  { applicationId, previousSecretExpiresAt }: PlatformEvents['application.rotated'],
): void {
  if (previousSecretExpiresAt <= Date.now()) {
    broker.disconnect(({ principal }) => isOf(principal, applicationId), 'revoked')
    return
  }
  for (const { principal, sessionId } of broker.clients()) {
    if (!isOf(principal, applicationId)) continue
    principal.expiresAt = Math.min(principal.expiresAt ?? previousSecretExpiresAt, previousSecretExpiresAt)
    broker.extend(sessionId, principal.expiresAt)
  }
}
