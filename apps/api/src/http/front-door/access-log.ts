import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RootLogger } from '../../foundation/logging/root-logger.js'
import type { Client } from './client.js'

/** Gives a request an id, and logs one line when it ends: without headers, query and body. */
export function accessLog(
  logger: RootLogger,
  request: IncomingMessage,
  response: ServerResponse,
  client: Client,
): void {
  const requestId = randomUUID()
  request.headers['x-request-id'] = requestId
  response.setHeader('x-request-id', requestId)
  const started = performance.now()
  response.once('close', () => {
    const level = response.statusCode >= 500 ? 'warn' : 'debug'
    if (!logger.isLevelEnabled(level)) return
    logger[level]({
      context: 'http',
      requestId,
      method: request.method,
      path: request.url?.split('?', 1)[0],
      status: response.writableFinished ? response.statusCode : 'aborted',
      durationMs: Math.round(performance.now() - started),
      address: client.address,
    })
  })
}
