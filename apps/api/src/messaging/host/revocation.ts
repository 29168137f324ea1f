import type { Broker } from '@heliograph/broker'
import { deviceFilter } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { PlatformEvents } from '../../foundation/events/platform-events.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import type { ConnectionPrincipal, TokenOwner } from '../connections/connection-principal.js'
import { isSessionOfDevice, tokenOwner } from '../connections/session-ids.js'
import { TokenOwners } from '../tokens/token-owners.js'

/** Ends connections whose right to be there has ended, before whoever ended it gets an answer. */
@Injectable()
export class Revocation {
  private readonly logger = new Logger(Revocation.name)

  constructor(
    private readonly events: EventBus,
    private readonly credentials: CredentialVerifier,
    private readonly presence: PresenceService,
    private readonly owners: TokenOwners,
  ) {}

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.events.on('credential.revoked', ({ credentialId }) => {
      broker.disconnect(({ principal }) => usesCredential(principal, credentialId), 'revoked')
    })
    this.events.on('credential.rotated', (rotation) => limitToOverlap(broker, rotation))
    this.events.on('session.ended', ({ sessionId }) =>
      this.endOwner(broker, { kind: 'session', id: sessionId }),
    )
    this.events.on('apiKey.revoked', ({ apiKeyId }) =>
      this.endOwner(broker, { kind: 'apiKey', id: apiKeyId }),
    )
    this.events.on('device.deleted', (device) => this.forgetDevice(broker, device))
    // Whoever was being let in while its right ended is not yet among the connections that were ended above.
    broker.events.on('connected', ({ client }) => {
      if (!this.isGone(client.principal)) return
      broker.disconnect((other) => other.connectionId === client.connectionId, 'revoked')
      void this.forget(broker, (sessionId) => sessionId === client.sessionId)
    })
  }

  private isGone(principal: ConnectionPrincipal): boolean {
    return principal.kind === 'device'
      ? this.credentials.wasRevoked(principal)
      : this.owners.wasEnded(principal.owner)
  }

  /** Nobody can come back to what the owner's connections left: it goes with them. */
  private async endOwner(broker: Broker<ConnectionPrincipal>, owner: TokenOwner): Promise<void> {
    this.owners.end(owner)
    broker.disconnect(
      ({ principal }) => principal.kind === 'person' && this.owners.same(principal.owner, owner),
      'revoked',
    )
    await this.forget(broker, (_, sessionOwner) => sessionOwner === tokenOwner(owner))
  }

  /** What is forgotten here is forgotten in the store too, if need be at the next start: its owner is gone. */
  private async forget(
    broker: Broker<ConnectionPrincipal>,
    match: (sessionId: string, owner: string) => boolean,
  ): Promise<void> {
    try {
      await broker.forgetSessions(match)
    } catch (error) {
      this.logger.warn(
        `forgotten sessions wait for the store: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  /** Nothing of a deleted device is left for one made anew under its id: no session, no retained message. */
  private async forgetDevice(
    broker: Broker<ConnectionPrincipal>,
    { deviceKey, deviceId, organizationSlug }: PlatformEvents['device.deleted'],
  ): Promise<void> {
    this.presence.tracker.forget(deviceKey)
    broker.disconnect(
      ({ principal }) => principal.kind === 'device' && principal.deviceKey === deviceKey,
      'kicked',
    )
    await this.forget(broker, (sessionId) => isSessionOfDevice(sessionId, organizationSlug, deviceId))
    await this.presence.afterAnnouncements(deviceKey, async () => {
      const retained = await broker.retained(deviceFilter({ org: organizationSlug, device: deviceId }))
      for (const { topic } of retained) await broker.publish({ topic, payload: '', qos: 1, retain: true })
    })
  }
}

function usesCredential(principal: ConnectionPrincipal, credentialId: string): boolean {
  return principal.kind === 'device' && principal.credentialId === credentialId
}

/** Whoever is connected came with a secret from before the rotation, and may stay as long as that one works. */
function limitToOverlap(
  broker: Broker<ConnectionPrincipal>,
  { credentialId, previousSecretExpiresAt }: PlatformEvents['credential.rotated'],
): void {
  if (previousSecretExpiresAt <= Date.now()) {
    broker.disconnect(({ principal }) => usesCredential(principal, credentialId), 'revoked')
    return
  }
  for (const { principal, sessionId } of broker.clients()) {
    if (principal.kind !== 'device' || principal.credentialId !== credentialId) continue
    principal.expiresAt = Math.min(principal.expiresAt ?? previousSecretExpiresAt, previousSecretExpiresAt)
    broker.extend(sessionId, principal.expiresAt)
  }
}
