import { Injectable } from '@nestjs/common'
import { LimitError, UnavailableError } from '../../../foundation/errors/domain-errors.js'
import type { Principal } from '../../../foundation/principal/principal.js'

const retryAfterSeconds = 10

/** Limits of files of history, which are written for as long as a client reads them. */
export const exportLimits = {
  /** Files at the same time, for one person or API key. */
  perCaller: 4,
  /** Files at the same time, for all together: each keeps a chunk of samples in memory. */
  inAll: 32,
}

/** Limits how many files are written at the same time, because a slow reader keeps one open for long. */
@Injectable()
export class RunningExports {
  private readonly callers = new Map<string, number>()
  private running = 0

  /** Counts one until the returned function is called. Throws a LimitError or an UnavailableError when there are too many. */
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
  const detail = `You are reading ${exportLimits.perCaller} files of telemetry, which is the limit. Finish or close one of them.`
  return new LimitError(detail, 'too_many_exports', retryAfterSeconds)
}

function tooMany(): UnavailableError {
  const detail = 'Too many files of telemetry are being read at the moment.'
  return new UnavailableError(detail, 'busy', retryAfterSeconds)
}
