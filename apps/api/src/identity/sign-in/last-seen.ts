import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { Database } from '../../foundation/database/database.service.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'

/** A page asks every few seconds, and its session's row need not change as often. */
const noteEveryMs = 60_000

/** Records when a request last came with a sign-in session, to the minute. */
@Injectable()
export class LastSeen implements BeforeApplicationShutdown {
  private readonly lastUsed: LastUsed
  private readonly noted = new LRUCache<string, true>({ max: 10_000, ttl: noteEveryMs })

  constructor(database: Database) {
    this.lastUsed = new LastUsed(database, 'session', new Logger(LastSeen.name))
  }

  note(sessionId: string): void {
    if (this.noted.has(sessionId)) return
    this.noted.set(sessionId, true)
    this.lastUsed.note(sessionId)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.lastUsed.close()
  }
}
