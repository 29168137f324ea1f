import { LRUCache } from 'lru-cache'
import type { Database } from '../../foundation/database/database.service.js'

/** A credential as it is stored: with hashes, not secrets. Times are in epoch milliseconds. */
export interface StoredCredential {
  id: string
  secretHash: Buffer
  /** Names the key that it was hashed with; null: not noted by an old version. */
  hashKey: string | null
  previousSecretHash: Buffer | null
  previousSecretExpiresAt: number | null
  expiresAt: number | null
  deviceKey: number
  deviceId: string
  organizationId: number
  organizationSlug: string
}

type KnownDevice = Pick<StoredCredential, 'deviceKey' | 'organizationId'>

/** An entry is read again after this time, in case another program changed the table. */
const knownTtlMs = 300_000
/** Long enough that a deleted device, which keeps trying to connect, does not cause a query each time. */
const unknownTtlMs = 10_000

/** Caches credentials by id. A read is repeated when something was removed from the cache meanwhile. */
export class CredentialCache {
  private readonly known = new LRUCache<string, StoredCredential>({
    max: 50_000,
    ttl: knownTtlMs,
    dispose: (credential, id) => this.unlink(id, credential),
  })
  /** Ids without a credential. */
  private readonly unknown = new LRUCache<string, true>({ max: 2_000, ttl: unknownTtlMs })
  private readonly idsByDevice = new Map<number, Set<string>>()
  private readonly revoked = new LRUCache<string, true>({ max: 10_000 })
  private readonly deleted = new LRUCache<number, true>({ max: 10_000 })
  private readonly deletedOrganizations = new LRUCache<number, true>({ max: 10_000 })
  private generation = 0
  private batch: Batch | null = null

  constructor(private readonly database: Database) {}

  /** Returns undefined when it has to be loaded, and null when it does not exist. */
  get(id: string): StoredCredential | null | undefined {
    return this.known.get(id) ?? (this.unknown.has(id) ? null : undefined)
  }

  async load(id: string): Promise<StoredCredential | null> {
    if (!/^[a-z0-9_]{1,64}$/.test(id)) return null
    while (true) {
      const { generation } = this
      const credential = (await this.readTogether(id)).get(id) ?? null
      if (generation === this.generation) return this.store(id, credential)
    }
  }

  forget(id: string): void {
    this.generation += 1
    this.remove(id)
  }

  forgetDevice(deviceKey: number): void {
    this.generation += 1
    for (const id of [...(this.idsByDevice.get(deviceKey) ?? [])]) this.remove(id)
  }

  markRevoked(id: string): void {
    this.revoked.set(id, true)
  }

  markDeleted(deviceKey: number): void {
    this.deleted.set(deviceKey, true)
  }

  /** Forgets the credentials of an organization, and remembers that it was deleted. */
  endOrganization(organizationId: number): void {
    this.deletedOrganizations.set(organizationId, true)
    this.generation += 1
    for (const [id, credential] of [...this.known.entries()])
      if (credential.organizationId === organizationId) this.remove(id)
  }

  wasRevoked({ credentialId, ...device }: KnownDevice & { credentialId: string }): boolean {
    return this.revoked.has(credentialId) || this.wasDeleted(device)
  }

  wasDeleted({ deviceKey, organizationId }: KnownDevice): boolean {
    return this.deleted.has(deviceKey) || this.organizationWasDeleted(organizationId)
  }

  organizationWasDeleted(organizationId: number): boolean {
    return this.deletedOrganizations.has(organizationId)
  }

  private store(id: string, credential: StoredCredential | null): StoredCredential | null {
    if (credential === null) {
      this.unknown.set(id, true)
      return null
    }
    this.unknown.delete(id)
    this.known.set(id, credential)
    const ids = this.idsByDevice.get(credential.deviceKey) ?? new Set()
    this.idsByDevice.set(credential.deviceKey, ids.add(id))
    return credential
  }

  private remove(id: string): void {
    this.known.delete(id)
    this.unknown.delete(id)
  }

  private unlink(id: string, { deviceKey }: StoredCredential): void {
    const ids = this.idsByDevice.get(deviceKey)
    ids?.delete(id)
    if (ids?.size === 0) this.idsByDevice.delete(deviceKey)
  }

  /** Reads all ids of one turn of the event loop in one query, because thousands of devices may connect at once. */
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
  SELECT c.id, c.secret_hash AS "secretHash", c.hash_key AS "hashKey",
         c.previous_secret_hash AS "previousSecretHash",
         c.previous_secret_expires_at AS "previousSecretExpiresAt", c.expires_at AS "expiresAt",
         d.key AS "deviceKey", d.id AS "deviceId", o.id AS "organizationId", o.slug AS "organizationSlug"
  FROM credential c JOIN device d ON d.key = c.device_key JOIN organization o ON o.id = d.organization_id
  WHERE c.id = ANY($1) AND o.deleted_at IS NULL`

type Row = Omit<StoredCredential, 'expiresAt' | 'previousSecretExpiresAt'> & {
  expiresAt: Date | null
  previousSecretExpiresAt: Date | null
}

async function readCredentials(
  { pools }: Database,
  ids: readonly string[],
): Promise<Map<string, StoredCredential>> {
  const { rows } = await pools.authentication.query<Row>(readSql, [ids])
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
