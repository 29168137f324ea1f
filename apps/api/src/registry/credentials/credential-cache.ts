import { Lru } from '../../foundation/caching/lru.js'
import type { Database } from '../../foundation/database/database.service.js'

/** A credential as it is kept: hashes only. Times in epoch milliseconds. */
export interface StoredCredential {
  id: string
  secretHash: Buffer
  previousSecretHash: Buffer | null
  previousSecretExpiresAt: number | null
  expiresAt: number | null
  deviceKey: number
  deviceId: string
  organizationId: number
  organizationSlug: string
}

interface Entry {
  credential: StoredCredential | null
  staleAt: number
}

/** An old entry is read anew, in case something else changed the table. */
const freshMs = 300_000
/** That there is no such credential is remembered briefly: enough for a deleted device that keeps knocking. */
const unknownFreshMs = 10_000

/** Credentials by id, in memory. What is read while something is being forgotten is read again. */
export class CredentialCache {
  private readonly known = new Lru<string, Entry>(50_000)
  private readonly unknown = new Lru<string, Entry>(2_000)
  private readonly keysOfDevices = new Map<number, Set<string>>()
  private readonly revoked = new Lru<string, true>(10_000)
  private readonly deleted = new Lru<number, true>(10_000)
  private generation = 0
  private batch: Batch | null = null

  constructor(private readonly database: Database) {}

  /** undefined: has to be loaded; null: there is none. */
  get(id: string): StoredCredential | null | undefined {
    const entry = this.known.get(id) ?? this.unknown.get(id)
    return entry !== undefined && entry.staleAt > Date.now() ? entry.credential : undefined
  }

  async load(id: string): Promise<StoredCredential | null> {
    if (!/^[a-z0-9_]{1,64}$/.test(id)) return null
    while (true) {
      const { generation } = this
      const credential = (await this.readTogether(id)).get(id) ?? null
      if (generation === this.generation) return this.keep(id, credential)
    }
  }

  forget(id: string): void {
    this.generation += 1
    this.drop(id)
  }

  forgetDevice(deviceKey: number): void {
    this.generation += 1
    for (const id of [...(this.keysOfDevices.get(deviceKey) ?? [])]) this.drop(id)
  }

  markRevoked(id: string): void {
    this.revoked.set(id, true)
  }

  markDeleted(deviceKey: number): void {
    this.deleted.set(deviceKey, true)
  }

  wasRevoked(id: string, deviceKey: number): boolean {
    return this.revoked.has(id) || this.deleted.has(deviceKey)
  }

  wasDeleted(deviceKey: number): boolean {
    return this.deleted.has(deviceKey)
  }

  private keep(id: string, credential: StoredCredential | null): StoredCredential | null {
    const now = Date.now()
    if (credential === null) {
      this.unknown.set(id, { credential, staleAt: now + unknownFreshMs })
      return null
    }
    this.unknown.delete(id)
    const evicted = this.known.set(id, { credential, staleAt: now + freshMs })
    if (evicted !== null) this.unlink(evicted.key, evicted.value)
    const ids = this.keysOfDevices.get(credential.deviceKey) ?? new Set()
    this.keysOfDevices.set(credential.deviceKey, ids.add(id))
    return credential
  }

  private drop(id: string): void {
    const entry = this.known.get(id)
    if (entry !== undefined) this.unlink(id, entry)
    this.known.delete(id)
    this.unknown.delete(id)
  }

  private unlink(id: string, { credential }: Entry): void {
    if (credential === null) return
    const ids = this.keysOfDevices.get(credential.deviceKey)
    ids?.delete(id)
    if (ids?.size === 0) this.keysOfDevices.delete(credential.deviceKey)
  }

  /** All that is asked for in one turn of the event loop is one query: a thousand devices come back at once. */
  private readTogether(id: string): Promise<Map<string, StoredCredential>> {
    if (this.batch === null) {
      const ids = new Set<string>()
      const result = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        this.batch = null
        return readCredentials(this.database, [...ids])
      })
      this.batch = { ids, result }
    }
    this.batch.ids.add(id)
    return this.batch.result
  }
}

interface Batch {
  ids: Set<string>
  result: Promise<Map<string, StoredCredential>>
}

const readSql = `
  SELECT c.id, c.secret_hash AS "secretHash", c.previous_secret_hash AS "previousSecretHash",
         c.previous_secret_expires_at AS "previousSecretExpiresAt", c.expires_at AS "expiresAt",
         d.key AS "deviceKey", d.id AS "deviceId", o.id AS "organizationId", o.slug AS "organizationSlug"
  FROM credential c JOIN device d ON d.key = c.device_key JOIN organization o ON o.id = d.organization_id
  WHERE c.id = ANY($1)`

type Row = Omit<StoredCredential, 'expiresAt' | 'previousSecretExpiresAt'> & {
  expiresAt: Date | null
  previousSecretExpiresAt: Date | null
}

async function readCredentials(
  { pool }: Database,
  ids: readonly string[],
): Promise<Map<string, StoredCredential>> {
  const { rows } = await pool.query<Row>(readSql, [ids])
  return new Map(
    rows.map((row) => [
      row.id,
      {
        ...row,
        expiresAt: row.expiresAt?.getTime() ?? null,
        previousSecretExpiresAt: row.previousSecretExpiresAt?.getTime() ?? null,
      },
    ]),
  )
}
