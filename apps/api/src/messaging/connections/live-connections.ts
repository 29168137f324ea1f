import type { Broker } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import type { ConnectionPrincipal, PersonConnection, TokenOwner } from './connection-principal.js'

/** The people's connections that are up. */
@Injectable()
export class LiveConnections {
  private broker: Broker<ConnectionPrincipal> | null = null

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.broker = broker
  }

  /** Whose connection holds an MQTT session; null when none does. */
  ownerOf(sessionId: string): TokenOwner | null {
    return this.find(sessionId)?.owner ?? null
  }

  /** Gives the owner's own live connection new filters and a new end. False when there is none. */
  renew(
    sessionId: string,
    owner: TokenOwner,
    filters: { subscribe: string[]; publish: string[] },
    expiresAt: number,
  ): boolean {
    const principal = this.find(sessionId)
    if (principal === null || principal.owner.kind !== owner.kind || principal.owner.id !== owner.id)
      return false
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
