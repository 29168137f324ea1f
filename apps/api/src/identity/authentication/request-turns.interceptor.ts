import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { finalize, type Observable } from 'rxjs'
import { busyError } from '../../foundation/concurrency/busy-error.js'
import type { Busy, ConcurrencyLimiter, Share } from '../../foundation/concurrency/concurrency-limiter.js'
import { ConcurrencyLimiters } from '../../foundation/concurrency/concurrency-limiters.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import { shareOf, shareOfPerson } from '../../foundation/principal/principal.js'
import type { GuardedRequest } from '../../http/access/decorators.js'
import { restLimits } from './rest-limits.js'

/**
 * Lets requests of callers take turns, so that whoever sends many delays their own. What has no caller is not among them:
 * health, documents, set-up, and telemetry of devices.
 */
@Injectable()
export class RequestTurns implements NestInterceptor {
  private readonly limiter: ConcurrencyLimiter

  constructor(
    private readonly limiters: ConcurrencyLimiters,
    adapterHost: HttpAdapterHost,
  ) {
    const refusal = (limits: LimitValues<typeof restLimits>, busy: Busy) =>
      busyError('requests', limits, busy)
    this.limiter = limiters.make(restLimits, refusal, limiters.work)
    // In the constructor, because the hook applies only to routes that are declared after it.
    const fastify: FastifyInstance = adapterHost.httpAdapter.getInstance()
    fastify.addHook('onSend', (request, _, body, done) => {
      const share = shareOfRequest(request as unknown as GuardedRequest)
      if (share !== null) limiters.work.spend(share, bytesOf(body) * byteMs)
      done()
    })
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
    this.limiters.work.spend(share, requestMs)
    return next.handle().pipe(finalize(release))
  }
}

/** Measured: what any request takes of a processor. Lists add what theirs take. */
const requestMs = 1
/** Measured: what a byte of an answer takes to be written as JSON. */
const byteMs = 1 / 100_000

/** The size of an answer that was made at once; of one that is written while it is read, its pieces are not known yet. */
function bytesOf(body: unknown): number {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body.length : 0
}

function shareOfRequest({ principal, person }: GuardedRequest): Share | null {
  if (principal !== undefined) return shareOf(principal)
  return person === undefined ? null : shareOfPerson(person)
}
