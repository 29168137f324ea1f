import { Injectable } from '@nestjs/common'
import { LimitError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'
import { exportLimits } from './export-limits.js'

const retryAfterSeconds = 10

/** Counts the files that are being written, so that readers who take their time do not become too many. */
@Injectable()
export class RunningExports {
  private readonly callers = new Map<string, number>()
  private running = 0

  /** Counts one, until the returned function is called. Throws a LimitError or an UnavailableError when it is one too many. */
  begin(principal: Principal): () => void {
    const caller = principal.kind === 'person' ? `person ${principal.userId}` : `key ${principal.apiKeyId}`
    const own = this.callers.get(caller) ?? 0
    if (own >= exportLimits.perCaller) throw tooManyOwn()
    if (this.running >= exportLimits.inAll) throw tooMany()
    this.callers.set(caller, own + 1)
    this.running += 1
    let ended = false
    return () => {
      if (ended) return
      ended = true
      this.end(caller)
    }
  }

  private end(caller: string): void {
    this.running -= 1
    const left = (this.callers.get(caller) ?? 1) - 1
    if (left === 0) this.callers.delete(caller)
    else this.callers.set(caller, left)
  }
}

function tooManyOwn(): LimitError {
  const detail = `You are reading ${exportLimits.perCaller} files of telemetry already, which is how many may be read at once. Finish or close one of them.`
  return new LimitError(detail, 'too_many_exports', retryAfterSeconds)
}

function tooMany(): UnavailableError {
  const detail = 'Too many files of telemetry are being read at the moment.'
  return new UnavailableError(detail, 'busy', retryAfterSeconds)
}
