import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Config } from '../../foundation/config/config.js'
import type { RootLogger } from '../../foundation/logging/root-logger.js'
import { accessLog } from './access-log.js'
import { answerCors, securityHeaders } from './api-headers.js'
import { type Client, clientIdentifier } from './client.js'
import { refuseUpgrade, sendProblem } from './plain-responses.js'
import { WebProxy } from './web-proxy.js'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  client: { remoteAddress: string },
) => void

/** What Nest answers; everything else is a page. */
const nestPaths = /^\/(?:api|healthz|readyz|metrics)(?:[/?]|$)/

/**
 * A streamed answer has five listeners of ours for its end, for log, metrics, trace and export, and some more of Fastify
 * and Node than the ten beyond which Node suspects a leak.
 */
const mostListeners = 20

/**
 * The one port: REST goes to Nest, upgrades to whoever registered for their path, and all else to the web process.
 * It decides who the client is and takes away what strangers claim about it.
 */
export class FrontDoor {
  readonly web: WebProxy
  private readonly identify: (request: IncomingMessage) => Client
  private readonly requestHandlers = new Map<string, RequestHandler>()
  private readonly upgradeHandlers = new Map<string, UpgradeHandler>()
  private readonly upgradedSockets = new Set<Duplex>()
  private readonly secure: RequestHandler
  private readonly allowedOrigins: readonly string[]
  private nest: RequestHandler = (_, response) => sendProblem(response, 503, 'starting', 'Starting.')

  constructor(
    config: Pick<Config, 'trustedProxies' | 'webUrl' | 'publicUrl' | 'allowedOrigins'>,
    private readonly logger: RootLogger,
  ) {
    this.identify = clientIdentifier(config.trustedProxies)
    this.web = new WebProxy(config.webUrl)
    this.secure = securityHeaders(config.publicUrl?.startsWith('https:') ?? false)
    this.allowedOrigins = config.allowedOrigins
  }

  /** The server of the port, which hands REST to `nest`. */
  createServer(nest: RequestHandler): Server {
    this.nest = nest
    const server = http.createServer(
      {
        headersTimeout: 15_000,
        requestTimeout: 60_000,
        keepAliveTimeout: 65_000,
        connectionsCheckingInterval: 5_000,
        maxHeaderSize: 16_384,
      },
      (request, response) => this.handleRequest(request, response),
    )
    server.on('upgrade', (request, socket, head) => this.handleUpgrade(request, socket, head))
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerBadRequest(error, socket))
    return server
  }

  /** Takes all requests at and below a path of the api, before Nest sees them. */
  onRequest(path: string, handler: RequestHandler): void {
    this.requestHandlers.set(path, handler)
  }

  /** Takes the upgrades of exactly this path. */
  onUpgrade(path: string, handler: UpgradeHandler): void {
    this.upgradeHandlers.set(path, handler)
  }

  /** Ends every upgraded connection that is still there; the server itself is Nest's to close. */
  destroyUpgraded(): void {
    for (const socket of this.upgradedSockets) socket.destroy()
    this.web.close()
  }

  private handleRequest(request: IncomingMessage, response: ServerResponse): void {
    response.setMaxListeners(mostListeners)
    const client = this.identify(request)
    accessLog(this.logger, request, response, client)
    const path = pathOf(request)
    if (path === null) sendProblem(response, 400, 'bad_request', 'The address is not a path.')
    else if (request.method === 'TRACE') refuseMethod(response)
    else if (nestPaths.test(path)) this.handleApi(path, request, response)
    else if (this.upgradeHandlers.has(path)) askForUpgrade(response)
    else this.web.request(request, response, client)
  }

  private handleApi(path: string, request: IncomingMessage, response: ServerResponse): void {
    this.secure(request, response)
    if (answerCors(this.allowedOrigins, request, response)) return
    const handler = this.requestHandler(path) ?? this.nest
    handler(request, response)
  }

  private requestHandler(path: string): RequestHandler | null {
    for (const [prefix, handler] of this.requestHandlers) {
      if (path === prefix || path.startsWith(`${prefix}/`)) return handler
    }
    return null
  }

  private handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever takes the socket adds listeners of their own; without any, an error would end the process.
    socket.on('error', () => socket.destroy())
    this.upgradedSockets.add(socket)
    socket.once('close', () => this.upgradedSockets.delete(socket))
    const client = this.identify(request)
    const path = pathOf(request)
    const handler = path === null ? undefined : this.upgradeHandlers.get(path)
    if (hasBody(request)) refuseUpgrade(socket, 400)
    else if (handler !== undefined) handler(request, socket, head, { remoteAddress: client.address })
    else if (path === null || nestPaths.test(path)) refuseUpgrade(socket, 404)
    else this.web.upgrade(request, socket, head, client)
  }
}

/** TRACE sends back what it was sent, cookies that scripts must not read included. */
function refuseMethod(response: ServerResponse): void {
  sendProblem(response, 405, 'method_not_allowed', 'This address does not know that method.')
}

/** What follows an upgrade is another protocol already, so a body would be taken for it. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

function askForUpgrade(response: ServerResponse): void {
  const detail = 'Speak MQTT over WebSocket here (subprotocol mqtt).'
  sendProblem(response, 426, 'upgrade_required', detail, { upgrade: 'websocket' })
}

/** The path without its query; null when the request names no path (`*`, or a whole address). */
function pathOf(request: IncomingMessage): string | null {
  const url = request.url ?? ''
  return url.startsWith('/') ? (url.split('?', 1)[0] ?? '/') : null
}

function answerBadRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
