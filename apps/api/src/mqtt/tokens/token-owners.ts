import { Injectable } from '@nestjs/common'
import { Lru } from '../../credentials/lru.js'
import type { TokenOwner } from '../connection-principal.js'

/** Which sign-in sessions and API keys ended lately, and whose each MQTT session was last. */
@Injectable()
export class TokenOwners {
  private readonly ended = new Lru<string, true>(10_000)
  private readonly lastOwners = new Lru<string, string>(50_000)

  end(owner: TokenOwner): void {
    this.ended.set(keyOf(owner), true)
  }

  wasEnded(owner: TokenOwner): boolean {
    return this.ended.has(keyOf(owner))
  }

  same(a: TokenOwner, b: TokenOwner): boolean {
    return keyOf(a) === keyOf(b)
  }

  /** Notes who uses an MQTT session now. False when it may hold what another owner subscribed to. */
  takeSession(sessionId: string, owner: TokenOwner): boolean {
    const known = this.lastOwners.get(sessionId) === keyOf(owner)
    this.lastOwners.set(sessionId, keyOf(owner))
    return known
  }
}

function keyOf(owner: TokenOwner): string {
  return `${owner.kind} ${owner.id}`
}
