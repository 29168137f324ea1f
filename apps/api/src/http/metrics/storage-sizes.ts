import type { Pool } from 'pg'
import { FreshValue } from '../../foundation/timers/fresh-value.js'

/** Sizes of the database and of the telemetry tables. */
export interface StorageSizes {
  databaseBytes: number
  tables: { table: string; partitions: number; bytes: number }[]
}

/** The sizes, which change slowly. */
export function storageSizes(pool: Pool): FreshValue<StorageSizes> {
  return new FreshValue({ read: () => readSizes(pool), freshMs: 30_000, readTimeoutMs: 1_000 })
}

async function readSizes(pool: Pool): Promise<StorageSizes> {
  const { rows } = await pool.query<{ table: string | null; partitions: number; bytes: string }>(query)
  const [total, ...tables] = rows
  return {
    databaseBytes: Number(total?.bytes),
    tables: tables.map(({ table, partitions, bytes }) => ({
      table: table ?? '',
      partitions,
      bytes: Number(bytes),
    })),
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
