import type { Logger } from '@nestjs/common'
import type { Database } from '../database/database.service.js'

const flushEveryMs = 5_000

const updateSql = {
  credential: `UPDATE credential SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE credential.id = used.id`,
  api_key: `UPDATE api_key SET last_used_at = used.at
    FROM unnest($1::text[], $2::timestamptz[]) AS used (id, at) WHERE api_key.id = used.id`,
}

/** Writes down when secrets were last used: many at once, every few seconds. */
export class LastUsed {
  private used = new Map<string, Date>()
  private timer: NodeJS.Timeout | null = null
  private flushing: Promise<void> = Promise.resolve()

  constructor(
    private readonly database: Database,
    private readonly table: keyof typeof updateSql,
    private readonly logger: Logger,
  ) {}

  note(id: string): void {
    this.used.set(id, new Date())
    this.timer ??= setTimeout(() => this.flush(), flushEveryMs).unref()
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    await this.flush()
  }

  private flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    const used = this.used
    this.used = new Map()
    if (used.size > 0) this.flushing = this.flushing.then(() => this.write(used))
    return this.flushing
  }

  /** A time that is lost here is no harm: the next use writes it again. */
  private async write(used: Map<string, Date>): Promise<void> {
    try {
      await this.database.pool.query(updateSql[this.table], [[...used.keys()], [...used.values()]])
    } catch (error) {
      this.logger.warn(`when secrets were last used is not written: ${(error as Error).message}`)
    }
  }
}
