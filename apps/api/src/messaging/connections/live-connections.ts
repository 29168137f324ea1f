import type { Broker } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { AccessChanges } from './access-changes.js'
import type { ConnectionPrincipal, PersonConnection, TokenOwner } from './connection-principal.js'
import { MembershipChanges } from './membership-changes.js'
import { isSameOwner } from './session-ids.js'

/** The connections that are up. */
@Injectable()
export class LiveConnections {
  private broker: Broker<ConnectionPrincipal> | null = null

  constructor(
    private readonly memberships: MembershipChanges,
    private readonly access: AccessChanges,
  ) {}

  /** By organization: the connections that count for its quota, by session, of which each has one at a time. */
  private readonly counted = new Map<number, Map<string, string>>()

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.broker = broker
    broker.events.on('connected', ({ client: { principal, sessionId, connectionId } }) => {
      if (!countsForQuota(principal)) return
      const ofOrganization = this.counted.get(principal.organizationId) ?? new Map()
      this.counted.set(principal.organizationId, ofOrganization.set(sessionId, connectionId))
    })
    broker.events.on('disconnected', ({ client: { principal, sessionId, connectionId } }) => {
      const ofOrganization = this.counted.get(principal.organizationId)
      if (ofOrganization?.get(sessionId) !== connectionId) return
      ofOrganization.delete(sessionId)
      if (ofOrganization.size === 0) this.counted.delete(principal.organizationId)
    })
  }

  /** How many connections of devices, applications and scripts an organization has. */
  count(organizationId: number): number {
    return this.counted.get(organizationId)?.size ?? 0
  }

  /** The organizations that have such connections. */
  organizations(): Iterable<number> {
    return this.counted.keys()
  }

  /** Whether a new connection of this session would take over from one that counts already. */
  takesOver(organizationId: number, sessionId: string): boolean {
    return this.counted.get(organizationId)?.has(sessionId) ?? false
  }

  /** The owner of the connection with this session; null when none is connected. */
  ownerOf(sessionId: string): TokenOwner | null {
    return this.find(sessionId)?.owner ?? null
  }

  /**
   * Gives the owner's connection new filters and a new end. Returns false when the owner has no such connection, or other
   * rights since the filters were decided.
   */
  renew(
    sessionId: string,
    owner: TokenOwner,
    { tags, ...filters }: { subscribe: string[]; publish: string[]; tags: readonly string[] | null },
    { expiresAt, decidedAtMs }: { expiresAt: number; decidedAtMs: number },
  ): boolean {
    const principal = this.find(sessionId)
    if (principal === null || !isSameOwner(principal.owner, owner)) return false
    if (this.memberships.changedSince(principal, decidedAtMs)) return false
    if (!isSameLimit(principal.tags, tags) || this.access.changedSince(principal, decidedAtMs)) return false
    this.broker?.setPrincipal(sessionId, { ...principal, mqtt: { ...principal.mqtt, ...filters } })
    return this.broker?.extend(sessionId, expiresAt) ?? false
  }

  private find(sessionId: string): PersonConnection | null {
    for (const client of this.broker?.clients() ?? []) {
      if (client.sessionId === sessionId && client.principal.kind === 'person') return client.principal
    }
    return null
  }
}

function isSameLimit(one: readonly string[] | null, other: readonly string[] | null): boolean {
  if (one === null || other === null) return one === other
  return one.length === other.length && one.every((tag) => other.includes(tag))
}

/** Pages of people do not count, so that an organization past its quota can still be looked at. */
export function countsForQuota(principal: ConnectionPrincipal): boolean {
  return principal.kind !== 'person' || principal.owner.kind === 'apiKey'
}
