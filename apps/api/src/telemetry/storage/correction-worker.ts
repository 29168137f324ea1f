import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { CorrectionBacklog } from './correction-backlog.js'
import type { correctionLimits } from './correction-limits.js'
import { rollUpAgain, type StaleBucket } from './roll-up-again.js'

/** How often the table is looked at without being told: for what a platform that crashed left, and what was postponed. */
const pollMs = 5_000
/** Corrections come in numbers, and each bucket is computed once for all of them. */
const gatherMs = 200

export interface CorrectionWorkerOptions {
  pool: Pool
  backlog: CorrectionBacklog
  limits: Pick<
    LimitValues<typeof correctionLimits>,
    'statementMs' | 'bucketsPerRound' | 'bucketsPerOrganization'
  >
  onFailure?(error: unknown): void
  onRolledUp?(resolution: StaleBucket['resolution']): void
}

/**
 * Rolls up again what corrections made stale, apart from the commits: one bucket at a time, organizations in turns, and
 * idle for as long as it worked, so that it takes at most half of one connection.
 */
export class CorrectionWorker {
  readonly #abort = new AbortController()
  #wake: (() => void) | null = null
  #running: Promise<void> = Promise.resolve()
  #unsubscribe = () => {}

  constructor(private readonly options: CorrectionWorkerOptions) {}

  start(): void {
    this.#unsubscribe = this.options.backlog.onAdded(() => this.#wake?.())
    this.#running = this.#run()
  }

  /** Works through the buckets that are due, each at most once. Returns how many were stale, due or not. */
  async round(): Promise<number> {
    const { pool, backlog, limits } = this.options
    const { rows } = await pool.query<{ organizationId: number; count: number }>(
      'SELECT organization_id AS "organizationId", count(*)::int AS count FROM telemetry.stale_bucket GROUP BY 1',
    )
    backlog.set(new Map(rows.map(({ organizationId, count }) => [organizationId, count])))
    if (rows.length === 0) return 0
    const organizations = rows.map(({ organizationId }) => organizationId)
    const due = await pool.query<StaleBucket>(dueBuckets, [
      organizations,
      limits.bucketsPerOrganization,
      limits.bucketsPerRound,
    ])
    for (const bucket of due.rows) await this.#work(bucket)
    return backlog.total
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#abort.abort()
    this.#wake?.()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      const left = await this.round().catch((error: unknown) => {
        this.options.onFailure?.(error)
        return 0
      })
      if (left === 0) await this.#idle()
      await sleep(gatherMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Resolves when a correction was made, or it is time to look. */
  async #idle(): Promise<void> {
    if (this.#abort.signal.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pollMs).unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#wake = null
  }

  async #work(bucket: StaleBucket): Promise<void> {
    const { signal } = this.#abort
    if (signal.aborted) return
    const { pool, limits, onFailure, onRolledUp } = this.options
    const startedAt = performance.now()
    const done = await rollUpAgain(pool, bucket, limits.statementMs).catch((error: unknown) => {
      onFailure?.(error)
      return false
    })
    if (done) onRolledUp?.(bucket.resolution)
    else await pool.query(postpone, [bucket.deviceKey, bucket.keyId, bucket.resolution, bucket.ts])
    await sleep(performance.now() - startedAt, undefined, { signal }).catch(() => undefined)
  }
}

/** Minutes come first, because hours are made of them. */
const dueBuckets = `
SELECT device_key AS "deviceKey", key_id AS "keyId", resolution, ts, version, organization_id AS "organizationId"
FROM unnest($1::int[]) AS organization (id) CROSS JOIN LATERAL (
  SELECT *, row_number() OVER (ORDER BY resolution DESC, due_at) AS turn FROM (
    SELECT * FROM telemetry.stale_bucket WHERE organization_id = organization.id AND due_at <= now()
    ORDER BY due_at LIMIT $2
  ) AS oldest
) AS due
ORDER BY turn, due_at LIMIT $3`

/** A bucket that gets samples all the time, or takes too long, is tried again after a second, two, four … five minutes. */
const postpone = `
UPDATE telemetry.stale_bucket SET failures = failures + 1,
  due_at = now() + LEAST(300, 2 ^ LEAST(failures, 10)) * interval '1 second'
WHERE device_key = $1 AND key_id = $2 AND resolution = $3 AND ts = $4::bigint`
