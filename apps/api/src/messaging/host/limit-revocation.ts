import type { Broker, ClientInfo } from '@heliograph/broker'
import { deviceOfFilter, withinTags } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { PlatformEvents } from '../../foundation/events/platform-events.js'
import { AccessChanges } from '../connections/access-changes.js'
import type { ConnectionPrincipal, PersonConnection } from '../connections/connection-principal.js'
import { apiKeySessionId, isPersonSession, tokenOwner } from '../connections/session-ids.js'

/**
 * Ends connections that tag limits or a replaced secret leave less to, before the request that changes it is answered. Clients
 * come back with a new token and what they may read now.
 */
@Injectable()
export class LimitRevocation {
  private readonly logger = new Logger(LimitRevocation.name)
  /** The connections with a tag limit, so that a change of a device need not visit all others. */
  private readonly limited = new Map<string, ClientInfo<ConnectionPrincipal>>()

  constructor(
    private readonly events: EventBus,
    private readonly changes: AccessChanges,
    private readonly database: Database,
  ) {}

  attach(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('connected', ({ client }) => this.connected(broker, client))
    broker.events.on('disconnected', ({ client }) => this.limited.delete(client.connectionId))
    this.events.on('device.tagsChanged', (device) => this.endSight(broker, device))
    this.events.on('apiKey.rotated', (rotation) => this.limitToOverlap(broker, rotation))
    this.events.on('apiKey.replaced', ({ apiKeyId }) => {
      this.changes.recordReplaced(apiKeyId)
      broker.disconnect(
        ({ principal }) =>
          principal.kind === 'person' && principal.owner.kind === 'apiKey' && principal.owner.id === apiKeyId,
        'revoked',
      )
    })
  }

  /** Connections that have the key itself as their password used the previous secret, so they end when that stops working. */
  private limitToOverlap(
    broker: Broker<ConnectionPrincipal>,
    { organizationSlug, apiKeyId, previousSecretExpiresAt }: PlatformEvents['apiKey.rotated'],
  ): void {
    this.changes.recordReplaced(apiKeyId)
    const prefix = apiKeySessionId(organizationSlug, apiKeyId, '')
    for (const { sessionId } of broker.clients())
      if (sessionId.startsWith(prefix)) broker.extend(sessionId, previousSecretExpiresAt)
  }

  /** A client whose rights were read just before a change was not among those that the change ended. */
  private connected(broker: Broker<ConnectionPrincipal>, client: ClientInfo<ConnectionPrincipal>): void {
    const { principal, connectionId } = client
    if (principal.kind !== 'person') return
    if (principal.tags !== null) this.limited.set(connectionId, client)
    if (this.changes.changedSince(principal, principal.authenticatedAtMs))
      broker.disconnect((other) => other.connectionId === connectionId, 'revoked')
  }

  /** Ends the connections that read a device and whose limit has none of its tags any more, and what they stored of it. */
  private async endSight(
    broker: Broker<ConnectionPrincipal>,
    device: PlatformEvents['device.tagsChanged'],
  ): Promise<void> {
    this.changes.recordTags(device.organizationId)
    const ends = new Set<string>()
    for (const [connectionId, { principal }] of this.limited)
      if (principal.kind === 'person' && losesSight(principal, device)) ends.add(connectionId)
    if (ends.size > 0) broker.disconnect(({ connectionId }) => ends.has(connectionId), 'revoked')
    await this.forgetStored(broker, device)
  }

  /** Messages of the device may wait in the stored sessions of callers that saw it. */
  private async forgetStored(
    broker: Broker<ConnectionPrincipal>,
    { organizationId, organizationSlug, before, tags }: PlatformEvents['device.tagsChanged'],
  ): Promise<void> {
    if (before.every((tag) => tags.includes(tag))) return
    try {
      const { rows } = await this.database.pools.registry.query<{ kind: 'session' | 'apiKey'; id: string }>(
        ownersSql,
        [organizationId, before, tags],
      )
      if (rows.length === 0) return
      const owners = new Set(rows.map(tokenOwner))
      await broker.forgetSessions(
        (sessionId, owner) => isPersonSession(sessionId, organizationSlug) && owners.has(owner),
      )
    } catch (error) {
      this.logger.warn(
        `sessions of callers that no longer see a device were not removed: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}

function losesSight(
  { organizationId, tags: limit, mqtt }: PersonConnection,
  device: PlatformEvents['device.tagsChanged'],
): boolean {
  if (organizationId !== device.organizationId || withinTags(limit, device.tags)) return false
  return mqtt.subscribe.some((filter) => deviceOfFilter(filter)?.device === device.deviceId)
}

/** The sign-in sessions and API keys in the organization $1 whose tag limit has one of the tags $2, and none of the tags $3. */
const ownersSql = `
  SELECT 'session' AS kind, session.id FROM session JOIN member USING (user_id)
  WHERE member.organization_id = $1 AND member.tags && $2::text[] AND NOT member.tags && $3::text[]
  UNION ALL
  SELECT 'apiKey', key.id FROM api_key AS key
  LEFT JOIN member ON member.organization_id = key.organization_id AND member.user_id = key.created_by_id
  WHERE key.organization_id = $1 AND (
    (key.tags && $2::text[] AND NOT key.tags && $3::text[])
    OR (member.tags && $2::text[] AND NOT member.tags && $3::text[]))`
