import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'

const allowedMethods = 'GET, HEAD, POST, PATCH, DELETE'
const allowedHeaders = 'authorization, content-type, heliograph-org'
const exposedHeaders = 'set-auth-token, retry-after, ratelimit, ratelimit-policy, x-request-id'

/** Sets the security headers of the api's answers. The pages set their own. */
export function securityHeaders(
  https: boolean,
): (request: IncomingMessage, response: ServerResponse) => void {
  const apply = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    // Without TLS a browser ignores it, or would refuse other servers of this name that have no TLS.
    strictTransportSecurity: https,
    xFrameOptions: { action: 'deny' },
  })
  return (request, response) => {
    apply(request, response, () => {})
    // Answers are private to the caller; routes whose answers may be cached override this.
    response.setHeader('cache-control', 'no-store')
  }
}

/** Sets the headers of pages that apply behind TLS only. The pages set all others themselves. */
export function pageHeaders(https: boolean): (response: ServerResponse) => void {
  return (response) => {
    if (!https) return
    response.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains')
    response.setHeader('cross-origin-opener-policy', 'same-origin')
  }
}

/** Sets the CORS headers for pages of ALLOWED_ORIGINS. Returns true for a preflight request, which is answered here. */
export function answerCors(
  allowedOrigins: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { origin } = request.headers
  if (origin === undefined || !allowedOrigins.includes(origin)) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-expose-headers', exposedHeaders)
  response.setHeader('cross-origin-resource-policy', 'cross-origin')
  response.setHeader('vary', 'Origin')
  if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined)
    return false
  response.writeHead(204, {
    'access-control-allow-methods': allowedMethods,
    'access-control-allow-headers': allowedHeaders,
    'access-control-max-age': '600',
  })
  response.end()
  return true
}
