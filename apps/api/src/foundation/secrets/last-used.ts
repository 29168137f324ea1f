import type { Logger } from '@nestjs/common'
import { BatchWriter } from '../database/batch-writer.js'
import type { Database } from '../database/database.service.js'

const flushIntervalMs = 5_000
const closeTimeoutMs = 1_000

const updateSql = {
  credential: `UPDATE credential SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE credential.id = used.id`,
  api_key: `UPDATE api_key SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_key.id = used.id`,
  session: `UPDATE session SET last_seen_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE session.id = used.id`,
}

/** Records when secrets were last used: many at once, every few seconds. */
export class LastUsed {
  private used = new Map<string, Date>()
  private readonly writer: BatchWriter<Map<string, Date>>

  constructor(database: Database, table: keyof typeof updateSql, logger: Logger) {
    this.writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.take(),
      write: async (used) => {
        await database.pools.background.query(updateSql[table], [[...used.keys()], [...used.values()]])
      },
      onFailure: (error) => {
        logger.warn(
          `the times of last use of some secrets could not be written: ${error instanceof Error ? error.message : error}`,
        )
        // A lost time does no harm: the next use of the secret writes it again.
        return 'discard'
      },
    })
  }

  note(id: string): void {
    this.used.set(id, new Date())
    this.writer.notify()
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.writer.close(closeTimeoutMs)
  }

  private take(): Map<string, Date> | null {
    if (this.used.size === 0) return null
    const { used } = this
    this.used = new Map()
    return used
  }
}
