import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { Secrets } from '../../foundation/secrets/secrets.js'

/** Tells which API key a bearer token is. */
@Injectable()
export class ApiKeyVerifier implements BeforeApplicationShutdown {
  private readonly logger = new Logger(ApiKeyVerifier.name)
  private readonly lastUsed: LastUsed

  constructor(
    private readonly database: Database,
    private readonly secrets: Secrets,
  ) {
    this.lastUsed = new LastUsed(database, 'api_key', this.logger)
  }

  /** Who a key acts as; null when it is unknown, deleted or expired. The look-up is by hash, so its time tells nothing. */
  async verify(key: string): Promise<ApiKeyPrincipal | null> {
    const found = await this.database.prisma.apiKey.findUnique({
      where: { secretHash: this.secrets.hash('api key', key) },
      include: { organization: { select: { slug: true } } },
    })
    if (found === null || found.expiresAt.getTime() <= Date.now()) return null
    this.lastUsed.note(found.id)
    return {
      kind: 'apiKey',
      apiKeyId: found.id,
      organizationId: found.organizationId,
      organizationSlug: found.organization.slug,
      role: found.role,
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.lastUsed.close()
  }
}
