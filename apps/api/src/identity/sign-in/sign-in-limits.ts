import { networkOf } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'

const maxKeys = 100_000

/** Limits how often a password, or the set-up code, may be tried: per client address and per account. */
@Injectable()
export class SignInLimits {
  private readonly byAddress = new RateLimiter<string>({ burst: 20, refillMs: 15_000, maxKeys })
  private readonly byAccount = new RateLimiter<string>({ burst: 10, refillMs: 60_000, maxKeys })

  /** Counts an attempt, or throws a LimitError. Call the returned function when it succeeded: then it does not count. */
  attempt(address: string, account: string): () => void {
    const keys: [RateLimiter<string>, string][] = [
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
