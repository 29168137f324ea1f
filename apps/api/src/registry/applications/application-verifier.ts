import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { Rehasher } from '../../foundation/secrets/rehasher.js'
import { Secrets } from '../../foundation/secrets/secrets.js'
import { ApplicationCache, type StoredApplication } from './application-cache.js'
import type { ApplicationIdentity, VerifiedApplication } from './verified-application.js'

export type ApplicationVerification =
  | { ok: true; application: VerifiedApplication }
  | { ok: false; reason: 'bad_credentials' | 'expired' }

/** Verifies the passwords of applications. Answers from a cache that changes of the registry update at once. */
@Injectable()
export class ApplicationVerifier implements BeforeApplicationShutdown {
  private readonly cache: ApplicationCache
  private readonly rehasher: Rehasher

  constructor(
    database: Database,
    private readonly secrets: Secrets,
    events: EventBus,
  ) {
    this.cache = new ApplicationCache(database)
    const logger = new Logger(ApplicationVerifier.name)
    this.rehasher = new Rehasher(database, 'application', logger, (id) => this.cache.forget(id))
    // Registered before all other handlers, so that these find the cache already updated.
    for (const change of ['application.updated', 'application.rotated', 'application.deleted'] as const)
      events.on(change, ({ applicationId }) => this.cache.noteChange(applicationId))
    events.on('organization.deleted', ({ organizationId }) => this.cache.forgetOrganization(organizationId))
  }

  /**
   * Verifies an application's user name (its id) and password: at once when it is cached. Rejects, with nothing decided, when
   * the database is needed and does not answer.
   */
  verify(username: string, password: Buffer): ApplicationVerification | Promise<ApplicationVerification> {
    const known = this.cache.get(username)
    if (known !== undefined) return this.check(known, password)
    return this.cache.load(username).then((application) => this.check(application, password))
  }

  /** The application of a user name when it is cached, to tell who was refused; else null. */
  ownerOf(username: string): ApplicationIdentity | null {
    return this.cache.get(username) ?? null
  }

  /** An application by its id, whoever asks; null when there is none. Rejects when the database does not answer. */
  async find(id: string): Promise<VerifiedApplication | null> {
    const stored = this.cache.get(id) ?? (await this.cache.load(id))
    return stored === null ? null : verified(stored, null)
  }

  /**
   * Whether the application was changed or deleted since this time, in epoch milliseconds. For connections that were being
   * authenticated at that moment: call it when they are registered.
   */
  changedSince(applicationId: string, readAtMs: number): boolean {
    return this.cache.changedSince(applicationId, readAtMs)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rehasher.close()
  }

  private check(application: StoredApplication | null, password: Buffer): ApplicationVerification {
    if (application === null) return { ok: false, reason: 'bad_credentials' }
    const hashes = this.secrets.hashes('application', password)
    const current = hashes.find(({ hash }) => this.secrets.matches(application.secretHash, hash))
    if (current !== undefined) {
      if (application.hashKey !== hashes[0].keyId)
        this.rehasher.note(application.applicationId, current.hash, hashes[0])
      return { ok: true, application: verified(application, null) }
    }
    const { previousSecretHash: previous, previousSecretExpiresAt: until } = application
    if (previous === null || !hashes.some(({ hash }) => this.secrets.matches(previous, hash)))
      return { ok: false, reason: 'bad_credentials' }
    if (until === null || until <= Date.now()) return { ok: false, reason: 'expired' }
    return { ok: true, application: verified(application, until) }
  }
}

function verified(
  { organizationId, organizationSlug, applicationId, name, subscribe, publish, origins }: StoredApplication,
  expiresAt: number | null,
): VerifiedApplication {
  return { organizationId, organizationSlug, applicationId, name, subscribe, publish, origins, expiresAt }
}
