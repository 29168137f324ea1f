import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import type { ApiKeyPrincipal } from '../../foundation/principal/principal.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { Secrets } from '../../foundation/secrets/secrets.js'

/** Verifies API keys that were sent as bearer tokens. */
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

  /** The principal of a key; null when it is unknown, deleted or expired. Found by hash, so its timing reveals nothing. */
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
