import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { BatchWriter } from '../../foundation/database/batch-writer.js'
import { Database } from '../../foundation/database/database.service.js'

interface Connected {
  at: Date
  address: string
}

const flushIntervalMs = 1_000
const closeTimeoutMs = 1_000

/**
 * How many connections each application has now, and when it connected last and from where. Told by the broker's host; the
 * last connect is written a second later at most, with those of others.
 */
@Injectable()
export class ApplicationConnections implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ApplicationConnections.name)
  private readonly counts = new Map<string, number>()
  private last = new Map<string, Connected>()
  private readonly writer: BatchWriter<Map<string, Connected>>

  constructor(database: Database) {
    this.writer = new BatchWriter({
      flushIntervalMs,
      take: () => this.take(),
      write: async (last) => {
        const ats = [...last.values()].map(({ at }) => at)
        const addresses = [...last.values()].map(({ address }) => address)
        await database.pools.background.query(updateSql, [[...last.keys()], ats, addresses])
      },
      onFailure: (error) => {
        this.logger.warn(
          `when some applications connected last could not be written: ${error instanceof Error ? error.message : error}`,
        )
        // A lost time does no harm: the next connect writes it again.
        return 'discard'
      },
    })
  }

  connected(applicationId: string, address: string): void {
    this.counts.set(applicationId, this.count(applicationId) + 1)
    this.last.set(applicationId, { at: new Date(), address })
    this.writer.notify()
  }

  disconnected(applicationId: string): void {
    const left = this.count(applicationId) - 1
    if (left > 0) this.counts.set(applicationId, left)
    else this.counts.delete(applicationId)
  }

  count(applicationId: string): number {
    return this.counts.get(applicationId) ?? 0
  }

  /** Writes what is left. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.writer.close(closeTimeoutMs)
  }

  private take(): Map<string, Connected> | null {
    if (this.last.size === 0) return null
    const { last } = this
    this.last = new Map()
    return last
  }
}

const updateSql = `
  UPDATE application SET last_connected_at = last.at, last_address = last.address
  FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS last (id, at, address) WHERE application.id = last.id`
