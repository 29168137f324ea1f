import type { StorageEstimate } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Pool } from 'pg'
import { Database } from '../../foundation/database/database.service.js'
import { QueryCache } from '../../foundation/database/query-cache.js'

const minPauseMs = 60_000
/** Estimating takes at most a hundredth of the time. */
const pauseFactor = 100
/** The most pages of a table that are sampled. */
const pagesPerTable = 400
const dayMs = 86_400_000

interface Table {
  /** Quoted for SQL. */
  name: string
  bytes: number
  pages: number
  /** Whether rows are added with time: true for samples and roll-ups, false for `latest`. */
  grows: boolean
}

interface Shares {
  bytes: number
  atMs: number
  /** What the rows of each organization take, in bytes: all, and those of the last day. */
  byOrganization: Map<number, { all: number; lastDay: number }>
}

/**
 * Estimates how much disk space the telemetry of each organization takes: the size of each table is divided by a sample
 * of its pages. One run is for all organizations, at most once a minute, and skips partitions that have not grown. Space
 * of deleted rows that new rows will use counts for nobody: an organization takes no more than its rows would fill.
 */
@Injectable()
export class StorageEstimator {
  private readonly tables = new Map<string, Shares>()
  private readonly estimates = new QueryCache<'all', Map<number, StorageEstimate>>(
    () => this.estimate(),
    (tookMs) => Math.max(minPauseMs, tookMs * pauseFactor),
  )

  private last: Map<number, StorageEstimate> | null = null

  constructor(private readonly database: Database) {}

  /** The last estimate, without starting a new one; null before the first. */
  known(organizationId: number): StorageEstimate | null {
    return this.of(organizationId, this.last)
  }

  /** The organizations that had rows in the last estimate. */
  organizations(): number[] {
    return [...(this.last?.keys() ?? [])].filter((id) => id !== anyOrganization)
  }

  /** Makes a new estimate when it is due. Rejects when the database does not answer. */
  async refresh(): Promise<void> {
    await this.estimates.current('all')
  }

  /** The last estimate; null before the first. Starts a new one when it is due. */
  latest(organizationId: number): StorageEstimate | null {
    return this.of(organizationId, this.estimates.latest('all'))
  }

  /** The last estimate, or the first one when there is none yet. Rejects when the database does not answer. */
  async current(organizationId: number): Promise<StorageEstimate | null> {
    return this.of(organizationId, this.estimates.latest('all') ?? (await this.estimates.current('all')))
  }

  /** An organization without a row in the sampled pages counts as having none. */
  private of(organizationId: number, all: Map<number, StorageEstimate> | null): StorageEstimate | null {
    if (all === null) return null
    return (
      all.get(organizationId) ?? { bytes: 0, bytesPerDay: 0, ts: all.get(anyOrganization)?.ts ?? Date.now() }
    )
  }

  private async estimate(): Promise<Map<number, StorageEstimate>> {
    const ts = Date.now()
    const { background: pool } = this.database.pools
    const sums = new Map<number, StorageEstimate>([[anyOrganization, { bytes: 0, bytesPerDay: 0, ts }]])
    const { rows: tables } = await pool.query<Table>(tablesSql)
    for (const table of tables) {
      const { byOrganization } = await this.shares(pool, table, ts)
      for (const [organizationId, { all, lastDay }] of byOrganization) {
        const sum = sums.get(organizationId) ?? { bytes: 0, bytesPerDay: 0, ts }
        sum.bytes += Math.round(all)
        if (table.grows) sum.bytesPerDay += Math.round(lastDay)
        sums.set(organizationId, sum)
      }
    }
    this.forgetTablesExcept(new Set(tables.map(({ name }) => name)))
    this.last = sums
    return sums
  }

  private async shares(pool: Pool, { name, bytes, pages }: Table, nowMs: number): Promise<Shares> {
    const known = this.tables.get(name)
    // A table that does not grow is read once an hour, because its rows become older than a day.
    if (known !== undefined && known.bytes === bytes && nowMs - known.atMs < dayMs / 24) return known
    const percent = Math.min(100, (100 * pagesPerTable) / Math.max(pages, 1))
    const { rows } = await pool.query<SampledShare>(sharesSql(name), [percent, (nowMs - dayMs) * 1_000])
    const shares = {
      bytes,
      atMs: nowMs,
      byOrganization: new Map(rows.map((share) => [share.id, bytesOf(share, bytes, percent / 100)])),
    }
    this.tables.set(name, shares)
    return shares
  }

  private forgetTablesExcept(names: ReadonlySet<string>): void {
    for (const name of this.tables.keys()) if (!names.has(name)) this.tables.delete(name)
  }
}

interface SampledShare {
  id: number
  /** The share in the sampled rows, from 0 to 1: of all, and those of the last day. */
  all: number
  lastDay: number
  /** The sampled rows, and their bytes in the table alone. */
  rows: number
  rowBytes: number
}

/** What a row takes beside its own bytes at most, in its page and in the index, and the least share of a page that is used. */
const overheadBytes = 64
const leastFill = 0.5

/** Its share of the table, as long as its rows could fill that. */
function bytesOf({ all, lastDay, rows, rowBytes }: SampledShare, tableBytes: number, sampled: number) {
  const share = all * tableBytes
  const most = (rowBytes + rows * overheadBytes) / leastFill / sampled
  const factor = share > most ? most / share : 1
  return { all: share * factor, lastDay: lastDay * tableBytes * factor }
}

/** The key of an entry for organizations without rows; it has the time of the estimate. */
const anyOrganization = 0

/** All telemetry tables that hold rows of devices: each partition, or the table itself when it has none. */
const tablesSql = `
  SELECT c.oid::regclass::text AS name, pg_total_relation_size(c.oid)::float8 AS bytes,
    (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 AS pages,
    c.relname <> 'latest' AS grows
  FROM pg_class c
  WHERE c.relnamespace = 'telemetry'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
    AND 2 = (SELECT count(*) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attname IN ('device_key', 'ts') AND NOT a.attisdropped)`

/** REPEATABLE samples the same pages each time, so that the estimate does not fluctuate. */
function sharesSql(table: string): string {
  return `
    WITH sampled AS (
      SELECT device_key, count(*) AS rows, count(*) FILTER (WHERE ts >= $2) AS recent,
        sum(pg_column_size(stored.*)) AS bytes
      FROM ${table} AS stored TABLESAMPLE SYSTEM ($1) REPEATABLE (1) GROUP BY device_key
    ), total AS (SELECT greatest(sum(rows), 1) AS rows FROM sampled)
    SELECT d.organization_id AS id, (sum(s.rows) / max(total.rows))::float8 AS "all",
      (sum(s.recent) / max(total.rows))::float8 AS "lastDay",
      sum(s.rows)::float8 AS rows, sum(s.bytes)::float8 AS "rowBytes"
    FROM sampled s JOIN device d ON d.key = s.device_key CROSS JOIN total
    GROUP BY d.organization_id`
}
