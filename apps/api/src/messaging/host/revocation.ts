import type { Broker } from '@heliograph/broker'
import { deviceFilter } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { PlatformEvents } from '../../foundation/events/platform-events.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { PresenceService } from '../../registry/presence/presence.service.js'
import { ApplicationRevocation } from '../applications/application-revocation.js'
import type { ConnectionPrincipal, TokenOwner } from '../connections/connection-principal.js'
import { MembershipChanges } from '../connections/membership-changes.js'
import { isPersonSession, isSameOwner, isSessionOfDevice, tokenOwner } from '../connections/session-ids.js'
import { EndedTokenOwners } from '../tokens/ended-token-owners.js'

/** Ends the connections of revoked credentials, applications, sessions, API keys, memberships and devices, before the revoking request is answered. */
@Injectable()
export class Revocation {
  private readonly logger = new Logger(Revocation.name)

  constructor(
    private readonly events: EventBus,
    private readonly credentials: CredentialVerifier,
    private readonly presence: PresenceService,
    private readonly endedOwners: EndedTokenOwners,
    private readonly memberships: MembershipChanges,
    private readonly applications: ApplicationRevocation,
  ) {}

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.applications.attach(broker)
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
    this.events.on('member.roleChanged', (member) => this.endConnectionsOf(broker, member))
    this.events.on('member.twoFactorMissing', (member) => this.endSessionsOf(broker, member))
    this.events.on('member.tagsChanged', (member) => this.endTagLimit(broker, member))
    this.events.on('member.removed', (member) => this.endMembership(broker, member))
    this.events.on('device.deleted', (device) => this.forgetDevice(broker, device))
    // A client that was being authenticated during the revocation was not among the connections ended above.
    broker.events.on('connected', ({ client }) => {
      if (!this.isRevoked(client.principal)) return
      broker.disconnect((other) => other.connectionId === client.connectionId, 'revoked')
      void this.forgetSessions(broker, (sessionId) => sessionId === client.sessionId)
    })
  }

  private isRevoked(principal: ConnectionPrincipal): boolean {
    if (this.credentials.organizationWasDeleted(principal.organizationId)) return true
    switch (principal.kind) {
      case 'device':
        return this.credentials.wasRevoked(principal)
      case 'application':
        return this.applications.wasChanged(principal)
      case 'person':
        return (
          this.endedOwners.has(principal.owner) ||
          this.memberships.changedSince(principal, principal.authenticatedAtMs)
        )
    }
  }

  /** Ends the connections that a member has in one organization by these sign-in sessions. Their API keys go on. */
  private endSessionsOf(
    broker: Broker<ConnectionPrincipal>,
    { organizationId, userId, sessionIds }: PlatformEvents['member.twoFactorMissing'],
  ): void {
    this.memberships.record({ organizationId, userId })
    broker.disconnect(
      ({ principal }) =>
        principal.kind === 'person' &&
        principal.organizationId === organizationId &&
        principal.owner.kind === 'session' &&
        sessionIds.includes(principal.owner.id),
      'revoked',
    )
  }

  /** Ends the connections of a person and of their API keys in one organization. */
  private endConnectionsOf(
    broker: Broker<ConnectionPrincipal>,
    member: { organizationId: number; userId: string },
  ): void {
    this.memberships.record(member)
    broker.disconnect(
      ({ principal }) =>
        principal.kind === 'person' &&
        principal.organizationId === member.organizationId &&
        principal.userId === member.userId,
      'revoked',
    )
  }

  /** The same, and removes what they and their keys stored there of devices that they may not see any more. */
  private async endTagLimit(
    broker: Broker<ConnectionPrincipal>,
    { sessionIds, apiKeyIds, organizationSlug, ...member }: PlatformEvents['member.tagsChanged'],
  ): Promise<void> {
    this.endConnectionsOf(broker, member)
    const owners = new Set([
      ...sessionIds.map((id) => tokenOwner({ kind: 'session', id })),
      ...apiKeyIds.map((id) => tokenOwner({ kind: 'apiKey', id })),
    ])
    await this.forgetSessions(
      broker,
      (sessionId, owner) => isPersonSession(sessionId, organizationSlug) && owners.has(owner),
    )
  }

  /** The same, and removes what they stored there. Their sign-in sessions go on, in other organizations. */
  private async endMembership(
    broker: Broker<ConnectionPrincipal>,
    { sessionIds, organizationSlug, ...member }: PlatformEvents['member.removed'],
  ): Promise<void> {
    this.endConnectionsOf(broker, member)
    const owners = new Set(sessionIds.map((id) => tokenOwner({ kind: 'session', id })))
    await this.forgetSessions(
      broker,
      (sessionId, owner) => isPersonSession(sessionId, organizationSlug) && owners.has(owner),
    )
  }

  /** Ends the owner's connections and removes their stored sessions, which no one can resume any more. */
  private async endOwner(broker: Broker<ConnectionPrincipal>, owner: TokenOwner): Promise<void> {
    this.endedOwners.record(owner)
    broker.disconnect(
      ({ principal }) => principal.kind === 'person' && isSameOwner(principal.owner, owner),
      'revoked',
    )
    await this.forgetSessions(broker, (_, sessionOwner) => sessionOwner === tokenOwner(owner))
  }

  /** Removes sessions. When the store does not answer, their rows are deleted at the next start, as they have no owner. */
  private async forgetSessions(
    broker: Broker<ConnectionPrincipal>,
    match: (sessionId: string, owner: string) => boolean,
  ): Promise<void> {
    try {
      await broker.forgetSessions(match)
    } catch (error) {
      this.logger.warn(
        `removed sessions are not deleted from the store yet: ${error instanceof Error ? error.message : error}`,
      )
    }
  }

  /** Removes the device's sessions and retained messages, so that a later device with its id gets none of them. */
  private async forgetDevice(
    broker: Broker<ConnectionPrincipal>,
    { deviceKey, deviceId, organizationSlug }: PlatformEvents['device.deleted'],
  ): Promise<void> {
    this.presence.tracker.forget(deviceKey)
    broker.disconnect(
      ({ principal }) => principal.kind === 'device' && principal.deviceKey === deviceKey,
      'kicked',
    )
    await this.forgetSessions(broker, (sessionId) =>
      isSessionOfDevice(sessionId, organizationSlug, deviceKey),
    )
    await this.presence.afterAnnouncements(deviceKey, async () => {
      const retained = await broker.retained(deviceFilter({ org: organizationSlug, device: deviceId }))
      for (const { topic } of retained) await broker.publish({ topic, payload: '', qos: 1, retain: true })
    })
  }
}

function usesCredential(principal: ConnectionPrincipal, credentialId: string): boolean {
  return principal.kind === 'device' && principal.credentialId === credentialId
}

/** Connections that are up used the previous secret, so they end when that stops working. */
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
