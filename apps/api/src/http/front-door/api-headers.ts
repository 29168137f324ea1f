import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import type { Config } from '../../foundation/config/config.js'

const allowedMethods = 'GET, HEAD, POST, PATCH, DELETE'
const allowedHeaders = 'authorization, content-type, heliograph-org'
const exposedHeaders = 'set-auth-token, retry-after, ratelimit, ratelimit-policy, x-request-id'

/** Sets the security headers of the api's answers. The pages set their own. */
export function securityHeaders(
  config: Addressed,
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
    // Set by `demandTls`, for pages alike.
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  })
  return (request, response) => {
    apply(request, response, () => {})
    demandTls(config, response)
    // Answers are private to the caller; routes whose answers may be cached override this.
    response.setHeader('cache-control', 'no-store')
  }
}

/** Sets the headers of pages that apply behind TLS only. The pages set all others themselves. */
export function pageHeaders(config: Addressed): (response: ServerResponse) => void {
  return (response) => {
    if (demandTls(config, response)) response.setHeader('cross-origin-opener-policy', 'same-origin')
  }
}

/**
 * Has browsers use TLS alone from now on (RFC 6797), when PUBLIC_URL does: without TLS they ignore it, or would refuse other
 * servers of this name that have none. Below a path the host belongs to others too, who decide about its subdomains themselves.
 */
function demandTls({ publicUrl, basePath }: Addressed, response: ServerResponse): boolean {
  if (publicUrl?.startsWith('https:') !== true) return false
  const subdomains = basePath === '' ? '; includeSubDomains' : ''
  response.setHeader('strict-transport-security', `max-age=31536000${subdomains}`)
  return true
}

type Addressed = Pick<Config, 'publicUrl' | 'basePath'>

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
