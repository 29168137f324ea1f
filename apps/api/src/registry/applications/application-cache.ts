import { LRUCache } from 'lru-cache'
import type { Database } from '../../foundation/database/database.service.js'
import { GatheredRuns } from '../../foundation/timers/gathered-runs.js'
import type { ApplicationIdentity, ApplicationRights } from './verified-application.js'

/** An application as it is stored: with hashes, not secrets. Times are in epoch milliseconds. */
export interface StoredApplication extends ApplicationIdentity, ApplicationRights {
  secretHash: Buffer
  hashKey: string
  previousSecretHash: Buffer | null
  previousSecretExpiresAt: number | null
}

/** An entry is read again after this time, in case another program changed the table. */
const knownTtlMs = 300_000
/** Long enough that a deleted application, which keeps trying to connect, does not cause a query each time. */
const unknownTtlMs = 10_000

/** Caches applications by id. A read is repeated when something was removed from the cache meanwhile. */
export class ApplicationCache {
  private readonly known = new LRUCache<string, StoredApplication>({ max: 10_000, ttl: knownTtlMs })
  /** Ids without an application. */
  private readonly unknown = new LRUCache<string, true>({ max: 2_000, ttl: unknownTtlMs })
  private readonly changedAtMs = new LRUCache<string, number>({ max: 10_000 })
  private readonly reads = new GatheredRuns((id: string) => this.read(id))
  private generation = 0

  constructor(private readonly database: Database) {}

  /** Returns undefined when it has to be loaded, and null when it does not exist. */
  get(id: string): StoredApplication | null | undefined {
    return this.known.get(id) ?? (this.unknown.has(id) ? null : undefined)
  }

  async load(id: string): Promise<StoredApplication | null> {
    if (!/^[a-z0-9]{1,64}$/.test(id)) return null
    while (true) {
      const { generation } = this
      const application = await this.reads.result(id)
      if (generation !== this.generation) continue
      if (application === null) this.unknown.set(id, true)
      else this.known.set(id, application)
      return application
    }
  }

  forget(id: string): void {
    this.generation += 1
    this.known.delete(id)
    this.unknown.delete(id)
  }

  /** Forgets the applications of an organization that was deleted. */
  forgetOrganization(organizationId: number): void {
    this.generation += 1
    for (const [id, application] of [...this.known.entries()])
      if (application.organizationId === organizationId) this.known.delete(id)
  }

  /** For clients whose rights were read just before. */
  noteChange(id: string): void {
    this.changedAtMs.set(id, Date.now())
    this.forget(id)
  }

  /** Whether rights that were read at this time, in epoch milliseconds, may be those before a change. */
  changedSince(id: string, readAtMs: number): boolean {
    return (this.changedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= readAtMs
  }

  private async read(id: string): Promise<StoredApplication | null> {
    const { rows } = await this.database.pools.authentication.query<Row>(readSql, [id])
    const [row] = rows
    if (row === undefined) return null
    const { previousSecretExpiresAt, anyOrigin, origins, ...application } = row
    return {
      ...application,
      origins: anyOrigin ? null : origins,
      previousSecretExpiresAt: previousSecretExpiresAt?.getTime() ?? null,
    }
  }
}

type Row = Omit<StoredApplication, 'previousSecretExpiresAt' | 'origins'> & {
  previousSecretExpiresAt: Date | null
  anyOrigin: boolean
  origins: string[]
}

const readSql = `
  SELECT app.id AS "applicationId", app.name, app.subscribe, app.publish, app.any_origin AS "anyOrigin", app.origins,
    app.secret_hash AS "secretHash", app.hash_key AS "hashKey", app.previous_secret_hash AS "previousSecretHash",
    app.previous_secret_expires_at AS "previousSecretExpiresAt",
    organization.id AS "organizationId", organization.slug AS "organizationSlug"
  FROM application AS app JOIN organization ON organization.id = app.organization_id
  WHERE app.id = $1 AND organization.deleted_at IS NULL`
