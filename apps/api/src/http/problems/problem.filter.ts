import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import { FailureLog } from './failure-log.js'
import { problemOf } from './problem.js'

/** Answers every error of a route with a problem (RFC 9457). */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly failures = new FailureLog(new Logger(ProblemFilter.name))

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    const { problem, headers } = problemOf(error, this.failures.report)
    if (reply.sent) return
    void reply
      .status(problem.status)
      .headers({ ...headers, 'cache-control': 'no-store' })
      .type('application/problem+json; charset=utf-8')
      .serializer(JSON.stringify)
      .send(problem)
  }
}
