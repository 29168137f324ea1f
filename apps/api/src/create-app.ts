import type { IncomingMessage, ServerResponse } from 'node:http'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { appModule } from './app.module.js'
import type { Foundations } from './core.module.js'
import { jsonLimits } from './foundation/limits/json-limits.js'
import { requestLimits } from './foundation/limits/request-limits.js'
import { NestLogger } from './foundation/logging/root-logger.js'
import { sendProblem } from './http/front-door/plain-responses.js'
import { problemOf } from './http/problems/problem.js'
import { answerWrongMethods } from './http/requests/allowed-methods.js'
import { readBodies } from './http/requests/body.js'

/** Makes the application, without starting it. With `preview`, no provider is made, and the routes can be described. */
export async function createApp(
  foundations: Foundations,
  { preview = false } = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: requestLimits.values(foundations.config.limits).bodyBytes,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: true },
    frameworkErrors: (error: Error, _: FastifyRequest, reply: FastifyReply) =>
      answerFrameworkError(foundations, error, reply),
    serverFactory: (handler: (request: IncomingMessage, response: ServerResponse) => void) =>
      foundations.frontDoor.createServer(handler),
  })
  answerWrongMethods(adapter.getInstance())
  readBodies(adapter, jsonLimits.values(foundations.config.limits))
  return NestFactory.create<NestFastifyApplication>(appModule(foundations), adapter, {
    logger: new NestLogger(foundations.logger),
    abortOnError: false,
    bodyParser: false,
    preview,
  })
}

/** Answers what Fastify refuses before Nest sees it, such as a path that cannot be decoded. */
function answerFrameworkError({ logger }: Foundations, error: Error, reply: FastifyReply): void {
  const { problem } = problemOf(error, (err) => logger.error({ context: 'http', err }))
  sendProblem(reply.raw, problem.status, problem.code, problem.detail ?? problem.title)
}
