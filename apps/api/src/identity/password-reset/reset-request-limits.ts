import { networkOf } from '@heliograph/broker'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { passwordResetLimits } from './password-reset-limits.js'

const maxKeys = 100_000

/**
 * Limits how often an address asks for links for a new password. None counts for an account alone, so that nobody uses up
 * what another may ask for; how many mails an account gets is bounded by its open links.
 */
@Injectable()
export class ResetRequestLimits {
  private readonly address: RateLimiter<string>
  private readonly accountFromAddress: RateLimiter<string>

  constructor(@Inject(CONFIG) config: Pick<Config, 'limits'>) {
    const { perAddress, perAccountAndAddress } = passwordResetLimits.values(config.limits)
    this.address = new RateLimiter({ burst: perAddress, refillMs: 180_000, maxKeys })
    this.accountFromAddress = new RateLimiter({ burst: perAccountAndAddress, refillMs: 1_200_000, maxKeys })
  }

  /** Throws a LimitError when there were too many. `account` is an e-mail address, of an account or not. */
  count(address: string, account: string): void {
    const network = networkOf(address)
    const waitSeconds = this.address.take(network) || this.accountFromAddress.take(`${network} ${account}`)
    if (waitSeconds === 0) return
    throw new LimitError(
      `Too many links were asked for from your address. Those that were sent still work; ask for another one in ${waitSeconds} seconds.`,
      'rate_limited',
      waitSeconds,
    )
  }
}
