import { networkOf } from '@heliograph/broker'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { passwordResetLimits } from './password-reset-limits.js'

const maxKeys = 100_000
const ofAddress = 'passwordReset.perAddress'
const ofAccountAndAddress = 'passwordReset.perAccountAndAddress'

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
    this.address = new RateLimiter({ burst: perAddress, refillMs: 180_000, maxKeys, reportedAs: ofAddress })
    this.accountFromAddress = new RateLimiter({
      burst: perAccountAndAddress,
      refillMs: 1_200_000,
      maxKeys,
      reportedAs: ofAccountAndAddress,
    })
  }

  /** Throws a LimitError when there were too many. `account` is an e-mail address, of an account or not. */
  count(address: string, account: string): void {
    const network = networkOf(address)
    const ofAddressSeconds = this.address.take(network)
    if (ofAddressSeconds > 0) throw tooMany('from your address', ofAddress, ofAddressSeconds)
    const seconds = this.accountFromAddress.take(`${network} ${account}`)
    if (seconds > 0) throw tooMany('for this account from your address', ofAccountAndAddress, seconds)
  }
}

function tooMany(whose: string, limit: string, retryAfterSeconds: number): LimitError {
  const text = `Too many links were asked for ${whose}. Those that were sent still work; ask for another one in ${retryAfterSeconds} seconds.`
  return new LimitError(text, { limit, retryAfterSeconds })
}
