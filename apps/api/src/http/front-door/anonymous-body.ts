import type { IncomingMessage, ServerResponse } from 'node:http'
import { sendProblem } from './plain-responses.js'

/**
 * Refuses a request without credentials that announces a large body, before any of the body is read; returns whether it did. What
 * anybody may send, such as a sign-in, is small.
 */
export function refuseAnonymousBody(
  { headers, socket }: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
): boolean {
  if (headers.authorization !== undefined || headers.cookie !== undefined) return false
  if (Number(headers['content-length'] ?? 0) <= mostBytes) return false
  response.once('finish', () => socket.destroySoon())
  const detail = `Without credentials a body has ${mostBytes} bytes at most.`
  sendProblem(response, 413, 'too_large', detail, { connection: 'close' })
  return true
}
