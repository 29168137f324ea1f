import { Injectable } from '@nestjs/common'
import { busyError } from '../../../foundation/concurrency/busy-error.js'
import type { ConcurrencyLimiter } from '../../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../../foundation/concurrency/concurrency-limiters.js'
import { type Principal, shareOf } from '../../../foundation/principal/principal.js'
import { historyLimits } from './history-limits.js'

/** Limits how many reads of history run at the same time. */
@Injectable()
export class ReadLimiter {
  private readonly limiter: ConcurrencyLimiter

  constructor(limiters: ConcurrencyLimiters) {
    this.limiter = limiters.make(historyLimits, (limits, busy) =>
      busyError('reads of telemetry', limits, busy),
    )
  }

  /** Runs a read when it is its turn. Throws an UnavailableError when that takes too long. */
  run<Result>(principal: Principal, read: () => Promise<Result>): Promise<Result> {
    return this.limiter.run(shareOf(principal), read)
  }
}
