import { Injectable } from '@nestjs/common'
import { LRUCache } from 'lru-cache'

interface Membership {
  organizationId: number
  /** null: nobody is behind it. */
  userId: string | null
}

/** Remembers when people last got another role or were removed, for clients whose rights were read just before. */
@Injectable()
export class MembershipChanges {
  private readonly changedAtMs = new LRUCache<string, number>({ max: 10_000 })

  record(membership: Membership): void {
    this.changedAtMs.set(keyOf(membership), Date.now())
  }

  /** Whether rights that were read at this time, in epoch milliseconds, may be those before a change. */
  changedSince(membership: Membership, readAtMs: number): boolean {
    return (this.changedAtMs.get(keyOf(membership)) ?? Number.NEGATIVE_INFINITY) >= readAtMs
  }
}

function keyOf({ organizationId, userId }: Membership): string {
  return `${organizationId} ${userId}`
}
