import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import type { PersonConnection } from './connection-principal.js'
import { tokenOwner } from './session-ids.js'

/**
 * Remembers when tags of devices last changed in an organization, and when keys last got another secret without overlap, for
 * clients whose rights were read just before.
 */
@Injectable()
export class AccessChanges {
  private readonly tagsChangedAtMs = new LRUCache<number, number>({ max: 10_000 })
  private readonly replacedAtMs = new LRUCache<string, number>({ max: 10_000 })

  recordTags(organizationId: number): void {
    this.tagsChangedAtMs.set(organizationId, Date.now())
  }

  recordReplaced(apiKeyId: string): void {
    this.replacedAtMs.set(tokenOwner({ kind: 'apiKey', id: apiKeyId }), Date.now())
  }

  /** Whether rights that were read at this time, in epoch milliseconds, may be those before a change. */
  changedSince({ organizationId, owner, tags }: PersonConnection, readAtMs: number): boolean {
    const tagsAtMs = tags === null ? undefined : this.tagsChangedAtMs.get(organizationId)
    const changedAtMs = Math.max(
      tagsAtMs ?? Number.NEGATIVE_INFINITY,
      this.replacedAtMs.get(tokenOwner(owner)) ?? Number.NEGATIVE_INFINITY,
    )
    return changedAtMs >= readAtMs
  }
}
