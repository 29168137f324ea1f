import type { Pool } from 'pg'

/** A table with the telemetry of some time. */
export interface PartitionTable {
  parent: 'sample' | 'minute' | 'hour'
  /** Quoted, with its schema. */
  name: string
  /** The times from the first to before the second, in microseconds. */
  fromUs: number
  toUs: number
  /** Whether detaching it was begun and not finished. */
  detaching: boolean
}

/** How many tables are partitioned. */
export const partitionedTables = 3

export async function listPartitions(pool: Pool): Promise<PartitionTable[]> {
  const { rows } = await pool.query<PartitionTable>(
    `SELECT parent.relname AS parent, child.oid::regclass::text AS name, inhdetachpending AS detaching,
       coalesce(substring(bounds.text FROM 'FROM \\(''(\\d+)''\\)')::float8, 0) AS "fromUs",
       substring(bounds.text FROM 'TO \\(''(\\d+)''\\)')::float8 AS "toUs"
     FROM pg_inherits
     JOIN pg_class AS child ON child.oid = inhrelid JOIN pg_class AS parent ON parent.oid = inhparent
     CROSS JOIN LATERAL (SELECT pg_get_expr(child.relpartbound, child.oid) AS text) AS bounds
     WHERE parent.relnamespace = 'telemetry'::regnamespace AND parent.relkind = 'p' AND child.relkind = 'r'
     ORDER BY "toUs"`,
  )
  return rows
}

/** Tables that were partitions until they were detached, and are not dropped yet, with the `toUs` that they had. */
export async function listDetached(pool: Pool): Promise<Pick<PartitionTable, 'name' | 'toUs'>[]> {
  const { rows } = await pool.query<{ name: string; toUs: number }>(
    `SELECT oid::regclass::text AS name, (extract(epoch FROM to_date(coalesce(parts[4], parts[3]), 'YYYYMMDD')::timestamp) * 1e6
       + CASE WHEN parts[2] IS NULL AND parts[4] IS NULL THEN weeks * 604800000000 ELSE 0 END)::float8 AS "toUs"
     FROM pg_class
     CROSS JOIN LATERAL regexp_match(relname, '^(sample|minute|hour)_(before_)?(\\d{8})(?:_(\\d{8}))?$') AS parts
     JOIN (VALUES ('sample', 1), ('minute', 4), ('hour', 52)) AS width (parent, weeks) ON parent = parts[1]
     WHERE relnamespace = 'telemetry'::regnamespace AND relkind = 'r' AND NOT relispartition`,
  )
  return rows
}
