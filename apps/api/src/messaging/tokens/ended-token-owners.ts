import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import type { TokenOwner } from '../connections/connection-principal.js'
import { tokenOwner } from '../connections/session-ids.js'

/** Remembers which sign-in sessions and API keys ended lately. */
@Injectable()
export class EndedTokenOwners {
  private readonly ended = new LRUCache<string, true>({ max: 10_000 })

  record(owner: TokenOwner): void {
    this.ended.set(tokenOwner(owner), true)
  }

  has(owner: TokenOwner): boolean {
    return this.ended.has(tokenOwner(owner))
  }
}
