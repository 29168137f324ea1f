import type { StorageEstimate } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import type { Pool } from 'pg'
import { Database } from '../../foundation/database/database.service.js'
import { Paced } from './paced.js'

const leastMs = 60_000
/** Estimating may take a hundredth of the time. */
const dutyCycle = 100
/** A table that is written to is read in this many places at most; its share of them is its share of the bytes. */
const pagesPerTable = 400
const dayMs = 86_400_000

interface Table {
  /** Quoted as SQL wants it. */
  name: string
  bytes: number
  pages: number
  /** Whether its rows are samples, which come with time; `latest` only changes. */
  grows: boolean
}

interface Shares {
  bytes: number
  atMs: number
  /** Of the table's rows, by organization: how many there are, and of the last day. Between 0 and 1. */
  byOrganization: Map<number, { all: number; lastDay: number }>
}

/**
 * What telemetry takes on disk, by organization: the size of each table, shared out by a sample of its pages. Once a
 * minute for all organizations together; a partition that has not grown since is not read again.
 */
@Injectable()
export class StorageEstimator {
  private readonly tables = new Map<string, Shares>()
  private readonly estimates = new Paced<'all', Map<number, StorageEstimate>>(
    () => this.estimate(),
    (tookMs) => Math.max(leastMs, tookMs * dutyCycle),
  )

  constructor(private readonly database: Database) {}

  /** The last estimate; null before the first. Starts a new one when it is time. */
  latest(organizationId: number): StorageEstimate | null {
    return this.of(organizationId, this.estimates.latest('all'))
  }

  /** The same, but waits for the first. Rejects when the database does not answer. */
  async current(organizationId: number): Promise<StorageEstimate | null> {
    return this.of(organizationId, this.estimates.latest('all') ?? (await this.estimates.current('all')))
  }

  /** Whoever is in no sampled page has so little that it does not count yet. */
  private of(organizationId: number, all: Map<number, StorageEstimate> | null): StorageEstimate | null {
    if (all === null) return null
    return all.get(organizationId) ?? { bytes: 0, bytesPerDay: 0, ts: all.get(anybody)?.ts ?? Date.now() }
  }

  private async estimate(): Promise<Map<number, StorageEstimate>> {
    const ts = Date.now()
    const { pool } = this.database
    const sums = new Map<number, StorageEstimate>([[anybody, { bytes: 0, bytesPerDay: 0, ts }]])
    const { rows: tables } = await pool.query<Table>(tablesSql)
    for (const table of tables) {
      const { byOrganization } = await this.shares(pool, table, ts)
      for (const [organizationId, { all, lastDay }] of byOrganization) {
        const sum = sums.get(organizationId) ?? { bytes: 0, bytesPerDay: 0, ts }
        sum.bytes += Math.round(all * table.bytes)
        if (table.grows) sum.bytesPerDay += Math.round(lastDay * table.bytes)
        sums.set(organizationId, sum)
      }
    }
    this.forgetTablesBut(new Set(tables.map(({ name }) => name)))
    return sums
  }

  private async shares(pool: Pool, { name, bytes, pages }: Table, nowMs: number): Promise<Shares> {
    const known = this.tables.get(name)
    // What stands still is read once a day, so that its samples leave the last day.
    if (known !== undefined && known.bytes === bytes && nowMs - known.atMs < dayMs / 24) return known
    const percent = Math.min(100, (100 * pagesPerTable) / Math.max(pages, 1))
    const { rows } = await pool.query<{ id: number; all: number; lastDay: number }>(sharesSql(name), [
      percent,
      (nowMs - dayMs) * 1_000,
    ])
    const shares = {
      bytes,
      atMs: nowMs,
      byOrganization: new Map(rows.map(({ id, all, lastDay }) => [id, { all, lastDay }])),
    }
    this.tables.set(name, shares)
    return shares
  }

  private forgetTablesBut(names: ReadonlySet<string>): void {
    for (const name of this.tables.keys()) if (!names.has(name)) this.tables.delete(name)
  }
}

/** Stands for the time of the estimate, for whoever has nothing. */
const anybody = 0

/** Every table of telemetry that holds rows of devices: partitions one by one, or the whole where there are none. */
const tablesSql = `
  SELECT c.oid::regclass::text AS name, pg_total_relation_size(c.oid)::float8 AS bytes,
    (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 AS pages,
    c.relname <> 'latest' AS grows
  FROM pg_class c
  WHERE c.relnamespace = 'telemetry'::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 0
    AND 2 = (SELECT count(*) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attname IN ('device_key', 'ts') AND NOT a.attisdropped)`

/** REPEATABLE reads the same pages each time, so that the figure does not tremble. */
function sharesSql(table: string): string {
  return `
    WITH sampled AS (
      SELECT device_key, count(*) AS rows, count(*) FILTER (WHERE ts >= $2) AS recent
      FROM ${table} TABLESAMPLE SYSTEM ($1) REPEATABLE (1) GROUP BY device_key
    ), total AS (SELECT greatest(sum(rows), 1) AS rows FROM sampled)
    SELECT d.organization_id AS id, (sum(s.rows) / max(total.rows))::float8 AS "all",
      (sum(s.recent) / max(total.rows))::float8 AS "lastDay"
    FROM sampled s JOIN device d ON d.key = s.device_key CROSS JOIN total
    GROUP BY d.organization_id`
}
