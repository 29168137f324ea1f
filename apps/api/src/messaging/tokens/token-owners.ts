import { Injectable } from '@nestjs/common'
import { Lru } from '../../foundation/caching/lru.js'
import type { TokenOwner } from '../connections/connection-principal.js'
import { tokenOwner } from '../connections/session-ids.js'

/** Which sign-in sessions and API keys ended lately. */
@Injectable()
export class TokenOwners {
  private readonly ended = new Lru<string, true>(10_000)

  end(owner: TokenOwner): void {
    this.ended.set(tokenOwner(owner), true)
  }

  wasEnded(owner: TokenOwner): boolean {
    return this.ended.has(tokenOwner(owner))
  }

  same(a: TokenOwner, b: TokenOwner): boolean {
    return tokenOwner(a) === tokenOwner(b)
  }
}
