import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { LastUsed } from '../../foundation/secrets/last-used.js'
import { apiKeyRequestLimits } from './api-key-limits.js'

const rememberedKeys = 100_000
/** A time of last use is written again when it is older than this. */
const writeAgainMs = 60_000

/** Counts the requests of each API key, and records when and from which address it was last used. */
@Injectable()
export class ApiKeyUses implements BeforeApplicationShutdown {
  private readonly perMinute: number
  private readonly requests: RateLimiter<string>
  private readonly lastUsed: LastUsed

  constructor(database: Database, @Inject(CONFIG) config: Config) {
    const { perMinute, burst } = apiKeyRequestLimits.values(config.limits)
    this.perMinute = perMinute
    this.requests = new RateLimiter({
      burst,
      refillMs: 60_000 / perMinute,
      maxKeys: rememberedKeys,
      reportedAs: apiKeyRequestLimits.area,
    })
    this.lastUsed = new LastUsed(database, 'api_key', new Logger(ApiKeyUses.name), writeAgainMs)
  }

  /** Throws a LimitError when the key has sent too many requests lately. */
  count(apiKeyId: string, address: string): void {
    this.lastUsed.note(apiKeyId, address)
    const waitSeconds = this.requests.take(apiKeyId)
    if (waitSeconds === 0) return
    const limit = this.perMinute.toLocaleString('en')
    const again = waitSeconds === 1 ? 'a second' : `${waitSeconds} seconds`
    throw new LimitError(
      `This API key may send ${limit} requests a minute, and has sent more. Try again in ${again}.`,
      { limit: apiKeyRequestLimits.area, retryAfterSeconds: waitSeconds },
    )
  }

  /** Records a use over MQTT, where the broker has limits of its own. */
  note(apiKeyId: string, address: string): void {
    this.lastUsed.note(apiKeyId, address)
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.lastUsed.close()
  }
}
