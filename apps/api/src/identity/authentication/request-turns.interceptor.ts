import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { finalize, type Observable } from 'rxjs'
import { busyError } from '../../foundation/concurrency/busy-error.js'
import type { ConcurrencyLimiter, Share } from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import { callerOf, shareOf } from '../../foundation/principal/principal.js'
import type { GuardedRequest } from '../../http/access/decorators.js'
import { restLimits } from './rest-limits.js'

/**
 * Lets requests of callers take turns, so that whoever sends many delays their own. What has no caller is not among them:
 * health, documents, set-up, and telemetry of devices.
 */
@Injectable()
export class RequestTurns implements NestInterceptor {
  private readonly limiter: ConcurrencyLimiter

  constructor(limiters: ConcurrencyLimiters) {
    this.limiter = limiters.make(restLimits, (limits, busy) => busyError('requests', limits, busy))
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const share = shareOfRequest(context.switchToHttp().getRequest<GuardedRequest>())
    if (share === null) return next.handle()
    const { raw: response } = context.switchToHttp().getResponse<FastifyReply>()
    const gone = new AbortController()
    const leave = () => gone.abort(new InvalidError('The client ended the request.', 'aborted'))
    response.once('close', leave)
    const release = await this.limiter.take(share, gone.signal)
    response.off('close', leave)
    return next.handle().pipe(finalize(release))
  }
}

/** A person without an organization takes a share of their own. */
function shareOfRequest({ principal, person }: GuardedRequest): Share | null {
  if (principal !== undefined) return shareOf(principal)
  if (person === undefined) return null
  const caller = callerOf({ kind: 'person', userId: person.userId })
  return { organization: caller, caller }
}
