import type { Pool } from 'pg'
import { withinTimeLimit } from '../../foundation/timers/time-limit.js'

/** Sizes of the database and of the telemetry tables. */
export interface StorageSizes {
  databaseBytes: number
  tables: { table: string; partitions: number; bytes: number }[]
}

/** Sizes change slowly, and a scrape must neither load a busy database nor wait for one that is away. */
const freshMs = 30_000
const readTimeoutMs = 1_000

/** Reads the sizes, at most once in half a minute. */
export class StorageSizesReader {
  private known: StorageSizes | null = null
  private readAtMs = Number.NEGATIVE_INFINITY
  private reading: Promise<void> | null = null

  constructor(private readonly pool: Pool) {}

  /** Returns null while the database does not answer. */
  async read(): Promise<StorageSizes | null> {
    if (this.isFresh()) return this.known
    this.reading ??= this.refresh()
    await withinTimeLimit(this.reading, readTimeoutMs).catch(() => {})
    return this.isFresh() ? this.known : null
  }

  private isFresh(): boolean {
    return performance.now() - this.readAtMs < freshMs
  }

  private async refresh(): Promise<void> {
    try {
      const { rows } = await this.pool.query<{ table: string | null; partitions: number; bytes: string }>(
        query,
      )
      const [total, ...tables] = rows
      this.known = {
        databaseBytes: Number(total?.bytes),
        tables: tables.map(({ table, partitions, bytes }) => ({
          table: table ?? '',
          partitions,
          bytes: Number(bytes),
        })),
      }
      this.readAtMs = performance.now()
    } catch {
      // The next call tries again.
    } finally {
      this.reading = null
    }
  }
}

/** The first row is the whole database; the others are telemetry tables with all partitions and indexes. */
const query = `
SELECT NULL AS table, 0 AS partitions, pg_database_size(current_database()) AS bytes
UNION ALL (
  SELECT root.relname, count(part.oid) FILTER (WHERE part.oid <> root.oid)::int,
    coalesce(sum(pg_total_relation_size(part.oid)), 0)::bigint
  FROM pg_class root
  JOIN pg_namespace ON pg_namespace.oid = root.relnamespace AND nspname = 'telemetry'
  CROSS JOIN LATERAL (
    SELECT root.oid UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = root.oid
  ) part
  WHERE root.relkind IN ('r', 'p') AND NOT root.relispartition
  GROUP BY root.oid, root.relname ORDER BY root.relname
)`
