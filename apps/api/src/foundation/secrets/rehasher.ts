import type { Logger } from '@nestjs/common'
import { BatchWriter } from '../database/batch-writer.js'
import type { Database } from '../database/database.service.js'
import type { SecretHash } from './secrets.js'

const flushIntervalMs = 5_000
const closeTimeoutMs = 1_000

type Table = 'credential' | 'api_key' | 'application'

const updateSql = (table: Table) => `
  UPDATE ${table} SET secret_hash = used.hash, hash_key = used.key
  FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::text[]) AS used (id, before, hash, key)
  WHERE ${table}.id = used.id AND ${table}.secret_hash = used.before`

interface Rehash extends SecretHash {
  before: Buffer
}

/**
 * Stores the hash of a secret with the current key in place of one with an earlier key, when the secret is used: only then is
 * it known. Many at once, every few seconds.
 */
export class Rehasher {
  private waiting = new Map<string, Rehash>()
  private readonly writer: BatchWriter<Map<string, Rehash>>

  constructor(
    database: Database,
    table: Table,
    logger: Logger,
    private readonly onStored: (id: string) => void = () => {},
  ) {
    const sql = updateSql(table)
    this.writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.take(),
      write: async (waiting) => {
        const all = [...waiting]
        await database.pools.background.query(sql, [
          all.map(([id]) => id),
          all.map(([, { before }]) => before),
          all.map(([, { hash }]) => hash),
          all.map(([, { keyId }]) => keyId),
        ])
        for (const [id] of all) this.onStored(id)
      },
      onFailure: (error) => {
        logger.warn(
          `secrets were not hashed with the current AUTH_SECRET, and will be at their next use: ${error instanceof Error ? error.message : error}`,
        )
        return 'discard'
      },
    })
  }

  /** `before` is the hash that is stored now. */
  note(id: string, before: Buffer, hash: SecretHash): void {
    this.waiting.set(id, { before, ...hash })
    this.writer.notify()
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.writer.close(closeTimeoutMs)
  }

  private take(): Map<string, Rehash> | null {
    if (this.waiting.size === 0) return null
    const { waiting } = this
    this.waiting = new Map()
    return waiting
  }
}
