import type { Logger } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { BatchWriter } from '../database/batch-writer.js'
import type { Database } from '../database/database.service.js'

const flushIntervalMs = 5_000
const closeTimeoutMs = 1_000
const rememberedSecrets = 10_000

const updateSql = {
  credential: `UPDATE credential SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS used (id, at, address) WHERE credential.id = used.id`,
  api_key: `UPDATE api_key SET last_used_at = used.at, last_used_address = used.address
    FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS used (id, at, address) WHERE api_key.id = used.id`,
  session: `UPDATE session SET last_seen_at = used.at
    FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS used (id, at, address) WHERE session.id = used.id`,
}

interface Use {
  at: Date
  address: string | null
}

/** Records when secrets were last used, and from where: many at once, every few seconds. */
export class LastUsed {
  private used = new Map<string, Use>()
  /** The uses that were noted last, so that equal ones are not written again and again. */
  private readonly noted = new LRUCache<string, Use>({ max: rememberedSecrets })
  private readonly writer: BatchWriter<Map<string, Use>>

  /** A use from the same address is written again after `writeAgainMs`. */
  constructor(
    database: Database,
    table: keyof typeof updateSql,
    logger: Logger,
    private readonly writeAgainMs = 0,
  ) {
    this.writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.take(),
      write: async (used) => {
        await database.pools.background.query(updateSql[table], [
          [...used.keys()],
          [...used.values()].map(({ at }) => at),
          [...used.values()].map(({ address }) => address),
        ])
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

  note(id: string, address: string | null = null): void {
    const use = { at: new Date(), address }
    const before = this.noted.get(id)
    if (before?.address === address && use.at.getTime() - before.at.getTime() < this.writeAgainMs) return
    this.noted.set(id, use)
    this.used.set(id, use)
    this.writer.notify()
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.writer.close(closeTimeoutMs)
  }

  private take(): Map<string, Use> | null {
    if (this.used.size === 0) return null
    const { used } = this
    this.used = new Map()
    return used
  }
}
