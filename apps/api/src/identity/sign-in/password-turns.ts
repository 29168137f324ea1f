import { networkOf } from '@heliograph/broker'
import { Inject, Injectable } from '@nestjs/common'
import { busyError } from '../../foundation/concurrency/busy-error.js'
import type { ConcurrencyLimiter } from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Pacer } from '../../foundation/limits/pacer.js'
import { LimitSet, type LimitValues } from '../../foundation/limits/stated-limits.js'

export const passwordCheckLimits = new LimitSet('passwords', 'Checks of passwords', {
  perAddress: {
    default: 1,
    unit: 'count',
    per: 'address',
    text: 'passwords that are checked at a time; each check keeps a processor busy',
    past: 'they wait for their turn',
  },
  inAll: {
    default: 2,
    unit: 'count',
    per: 'platform',
    text: 'passwords that are checked at a time',
    past: 'they wait for their turn, and addresses take turns',
  },
  waitingPerAddress: {
    default: 32,
    unit: 'count',
    per: 'address',
    text: 'passwords that wait to be checked',
    past: '503 `busy` with `Retry-After`',
  },
  waitingInAll: {
    default: 256,
    unit: 'count',
    per: 'platform',
    text: 'passwords that wait to be checked',
    past: '503 `busy` with `Retry-After`',
  },
  waitMs: {
    default: 15_000,
    unit: 'ms',
    per: 'request',
    text: 'time in which a password waits to be checked',
    past: '503 `busy` with `Retry-After`',
  },
  wrongAtOnce: {
    default: 3,
    unit: 'count',
    per: 'address',
    text: 'wrong passwords before the next check waits',
    past: 'one more is checked each `passwords.wrongRestMs`',
  },
  wrongRestMs: {
    default: 300,
    unit: 'ms',
    per: 'address',
    text: 'time between two checks after wrong passwords',
    past: 'the next waits',
  },
})

/**
 * Lets checks of passwords take turns: each takes some 40 ms of a processor, and 20 from one address at once would take the
 * processors from everybody.
 */
@Injectable()
export class PasswordTurns {
  private readonly limiter: ConcurrencyLimiter
  private readonly wrong: Pacer

  constructor(@Inject(CONFIG) config: Config, limiters: ConcurrencyLimiters) {
    const limits = passwordCheckLimits.values(config.limits)
    const { wrongAtOnce: burst, wrongRestMs: intervalMs, waitMs: longestWaitMs } = limits
    this.wrong = new Pacer({ burst, intervalMs, longestWaitMs })
    const stated = { area: passwordCheckLimits.area, values: () => limitsOf(limits) }
    this.limiter = limiters.make(stated, (held, busy) => busyError('checks of passwords', held, busy), {
      waitMs: ({ caller }) => this.wrong.waitMs(caller),
    })
  }

  /** Does what checks a password when it is the turn of this address. `isWrong` tells by its result. */
  async check<Result>(
    address: string,
    work: () => Promise<Result>,
    isWrong: (result: Result) => boolean,
  ): Promise<Result> {
    const network = networkOf(address)
    return this.limiter.run({ organization: network, caller: network }, async () => {
      const result = await work()
      if (isWrong(result)) this.wrong.count(network)
      return result
    })
  }
}

/** Each address is an organization of one caller. */
function limitsOf({ perAddress, waitingPerAddress, ...limits }: LimitValues<typeof passwordCheckLimits>) {
  return {
    ...limits,
    ...{ perCaller: perAddress, perOrganization: perAddress },
    ...{ waitingPerCaller: waitingPerAddress, waitingPerOrganization: waitingPerAddress },
  }
}
