import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { type SecretHash, Secrets } from '../../foundation/secrets/secrets.js'
import { CredentialCache, type StoredCredential } from './credential-cache.js'
import type { VerifiedDevice } from './verified-device.js'

export type CredentialRefusal = 'unknown_credential' | 'wrong_secret' | 'expired'

export type Verification = { ok: true; device: VerifiedDevice } | { ok: false; reason: CredentialRefusal }

/** Verifies devices' credentials. Answers from a cache that changes of the registry update at once. */
@Injectable()
export class CredentialVerifier implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CredentialVerifier.name)
  private readonly cache: CredentialCache
  private readonly lastUsed: LastUsed
  private readonly rehasher: Rehasher

  constructor(
    database: Database,
    private readonly secrets: Secrets,
    events: EventBus,
  ) {
    this.cache = new CredentialCache(database)
    this.lastUsed = new LastUsed(database, 'credential', this.logger)
    this.rehasher = new Rehasher(database, 'credential', this.logger, (id) => this.cache.forget(id))
    // Registered before all other handlers, so that these find the cache already updated.
    events.on('credential.revoked', ({ credentialId }) => {
      this.cache.markRevoked(credentialId)
      this.cache.forget(credentialId)
    })
    events.on('credential.rotated', ({ credentialId }) => this.cache.forget(credentialId))
    events.on('device.deleted', ({ deviceKey }) => {
      this.cache.markDeleted(deviceKey)
      this.cache.forgetDevice(deviceKey)
    })
    events.on('organization.deleted', ({ organizationId }) => this.cache.endOrganization(organizationId))
    events.on('device.updated', ({ deviceKey }) => this.cache.forgetDevice(deviceKey))
  }

  /**
   * Verifies a device's user name (the id of its credential) and password (its secret): at once when it is cached.
   * Rejects, with nothing decided, when the database is needed and does not answer.
   */
  verify(username: string, password: string | Buffer): Verification | Promise<Verification> {
    const known = this.cache.get(username)
    if (known !== undefined) return this.check(known, password)
    return this.cache.load(username).then((credential) => this.check(credential, password))
  }

  /** The device of a credential when it is cached, to tell who was refused; else null. */
  ownerOf(credentialId: string): { organizationId: number; deviceId: string } | null {
    return this.cache.get(credentialId) ?? null
  }

  /**
   * Whether this credential was revoked lately, or its device or organization deleted. For connections that were being authenticated
   * at that moment: call it when they are registered.
   */
  wasRevoked(device: Pick<VerifiedDevice, 'credentialId' | 'deviceKey' | 'organizationId'>): boolean {
    return this.cache.wasRevoked(device)
  }

  /** Whether this device or its organization was deleted lately: messages of it that are still on their way are not delivered. */
  wasDeleted(device: Pick<VerifiedDevice, 'deviceKey' | 'organizationId'>): boolean {
    return this.cache.wasDeleted(device)
  }

  organizationWasDeleted(organizationId: number): boolean {
    return this.cache.organizationWasDeleted(organizationId)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.lastUsed.close(), this.rehasher.close()])
  }

  private check(credential: StoredCredential | null, password: string | Buffer): Verification {
    if (credential === null) return { ok: false, reason: 'unknown_credential' }
    const hashes = this.secrets.hashes('device credential', password)
    for (const { hash } of hashes) {
      const verification = this.compare(credential, hash, Date.now())
      if (!verification.ok && verification.reason === 'wrong_secret') continue
      if (verification.ok) this.noteUse(credential, hash, hashes[0])
      return verification
    }
    return { ok: false, reason: 'wrong_secret' }
  }

  private noteUse(credential: StoredCredential, used: Buffer, current: SecretHash): void {
    this.lastUsed.note(credential.id)
    const isPrevious = !this.secrets.matches(credential.secretHash, used)
    if (credential.hashKey !== current.keyId && !isPrevious) this.rehasher.note(credential.id, used, current)
  }

  private compare(credential: StoredCredential, hash: Buffer, nowMs: number): Verification {
    const current = this.secrets.matches(credential.secretHash, hash)
    const previous =
      credential.previousSecretHash !== null && this.secrets.matches(credential.previousSecretHash, hash)
    if (!current && !previous) return { ok: false, reason: 'wrong_secret' }
    const limits = [credential.expiresAt, current ? null : credential.previousSecretExpiresAt]
    const expiresAt = Math.min(...limits.map((limit) => limit ?? Number.POSITIVE_INFINITY))
    if (expiresAt <= nowMs) return { ok: false, reason: 'expired' }
    const { organizationId, organizationSlug, deviceKey, deviceId, id } = credential
    return {
      ok: true,
      device: {
        organizationId,
        organizationSlug,
        deviceKey,
        deviceId,
        credentialId: id,
        expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
      },
    }
  }
}
