import { Injectable } from '@nestjs/common'
import type {
  Busy,
  ConcurrencyLimiter,
  RunningLimits,
} from '../../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../../foundation/concurrency/concurrency-limiters.js'
import { UnavailableError } from '../../../foundation/errors/domain-errors.js'
import { tooManyAtATime } from '../../../foundation/limits/too-many-exports.js'
import { type Principal, shareOf } from '../../../foundation/principal/principal.js'
import { exportLimits } from './export-limits.js'

const retryAfterSeconds = 10

/** Limits how many files are written at the same time, because a slow reader keeps one open for long. None waits. */
@Injectable()
export class RunningExports {
  private readonly limiter: ConcurrencyLimiter

  constructor(limiters: ConcurrencyLimiters) {
    this.limiter = limiters.make(exportLimits, tooMany)
  }

  /** Counts one until the returned function is called. Throws a LimitError or an UnavailableError when there are too many. */
  begin(principal: Principal): Promise<() => void> {
    return this.limiter.take(shareOf(principal))
  }
}

function tooMany({ perCaller, perOrganization }: RunningLimits, { level }: Busy): Error {
  switch (level) {
    case 'caller': {
      const detail = `You are reading ${perCaller} files of telemetry, which is the limit. Finish or close one of them, then try again.`
      return tooManyAtATime('exports.perCaller', perCaller, detail)
    }
    case 'organization': {
      const detail = `Your organization is reading ${perOrganization} files of telemetry, which is the limit. Try again when one of them is finished.`
      return new UnavailableError(detail, 'busy', retryAfterSeconds)
    }
    case 'platform': {
      const detail = 'Too many files of telemetry are being read at the moment.'
      return new UnavailableError(detail, 'busy', retryAfterSeconds)
    }
  }
}
