import { networkOf } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { AttemptLimiter } from './attempt-limiter.js'

/** How often a password, or the set-up code, may be tried: per true client address, and per account. */
@Injectable()
export class SignInLimits {
  private readonly byAddress = new AttemptLimiter(20, 15_000)
  private readonly byAccount = new AttemptLimiter(10, 60_000)

  /** Uses up one attempt, or throws a LimitError. The function that comes back undoes it: the attempt was good. */
  attempt(address: string, account: string): () => void {
    const keys: [AttemptLimiter, string][] = [
      [this.byAddress, networkOf(address)],
      [this.byAccount, account.trim().toLowerCase().slice(0, 254)],
    ]
    const taken: typeof keys = []
    const giveBack = () => {
      for (const [limiter, key] of taken) limiter.giveBack(key)
    }
    for (const [limiter, key] of keys) {
      const waitSeconds = limiter.take(key)
      if (waitSeconds > 0) {
        giveBack()
        throw new LimitError('Too many attempts. Wait a while, then try again.', 'rate_limited', waitSeconds)
      }
      taken.push([limiter, key])
    }
    return giveBack
  }
}
