import type { Broker } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import type { ConnectionPrincipal, PersonConnection, TokenOwner } from './connection-principal.js'
import { isSameOwner } from './session-ids.js'

/** The connections of people and scripts that are up. */
@Injectable()
export class LiveConnections {
  private broker: Broker<ConnectionPrincipal> | null = null

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.broker = broker
  }

  /** The owner of the connection with this session; null when none is connected. */
  ownerOf(sessionId: string): TokenOwner | null {
    return this.find(sessionId)?.owner ?? null
  }

  /** Gives the owner's connection new filters and a new end. Returns false when the owner has no such connection. */
  renew(
    sessionId: string,
    owner: TokenOwner,
    filters: { subscribe: string[]; publish: string[] },
    expiresAt: number,
  ): boolean {
    const principal = this.find(sessionId)
    if (principal === null || !isSameOwner(principal.owner, owner)) return false
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
