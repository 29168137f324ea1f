import { networkOf } from '@heliograph/broker'
import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { LimitError } from '../../foundation/errors/domain-errors.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** Calls of `/api/auth` that need no limit for guessing. */
export const signInCallLimits = new LimitSet('signInCalls', 'Calls of sign-in', {
  perAddress: {
    default: 300,
    unit: 'count',
    per: 'address',
    text: 'calls of `/api/auth` without a password or a code that an address may send at once; 300 more each minute',
    past: '429 `rate_limited` with `Retry-After`',
  },
  startsPerAddress: {
    default: 60,
    unit: 'count',
    per: 'address',
    text: 'those of them that begin or end a sign-in by a passkey or OpenID Connect; 60 more each minute',
    past: '429 `rate_limited` with `Retry-After`',
  },
})

const windowMs = 60_000
const maxKeys = 100_000

/** Limits the calls of an address that prove nothing by a password or a code, which have limits of their own (sign-in-limits.ts). */
@Injectable()
export class SignInCallLimits {
  private readonly calls: RateLimiter<string>
  private readonly starts: RateLimiter<string>

  constructor(@Inject(CONFIG) config: Pick<Config, 'limits'>) {
    const { perAddress, startsPerAddress } = signInCallLimits.values(config.limits)
    const limiter = (burst: number, reportedAs: string) =>
      new RateLimiter<string>({ burst, refillMs: windowMs / burst, maxKeys, reportedAs })
    this.calls = limiter(perAddress, 'signInCalls.perAddress')
    this.starts = limiter(startsPerAddress, 'signInCalls.startsPerAddress')
  }

  /** Throws a LimitError when the address has sent too many lately. */
  count(address: string, { isStart }: { isStart: boolean }): void {
    const network = networkOf(address)
    refuseAfter(this.calls.take(network), 'signInCalls.perAddress')
    if (isStart) refuseAfter(this.starts.take(network), 'signInCalls.startsPerAddress')
  }
}

function refuseAfter(retryAfterSeconds: number, limit: string): void {
  if (retryAfterSeconds === 0) return
  const when = retryAfterSeconds === 1 ? 'a second' : `${retryAfterSeconds} seconds`
  const detail = `There were too many calls of sign-in from your address. Try again in ${when}.`
  throw new LimitError(detail, { limit, retryAfterSeconds })
}
