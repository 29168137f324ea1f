import type { IncomingMessage } from 'node:http'
import { longestUserAgent, type RequestOrigin } from '../../foundation/audit/request-origin.js'
import { clientAddress } from './client.js'

/** Where a request comes from, for the audit. */
export function originOf(request: IncomingMessage): RequestOrigin {
  const requestId = request.headers['x-request-id']
  return {
    requestId: typeof requestId === 'string' ? requestId : null,
    address: clientAddress(request),
    userAgent: request.headers['user-agent']?.slice(0, longestUserAgent) ?? null,
    sessionId: null,
  }
}
