import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TlsOptions } from 'node:tls'
import type { Config } from '../../foundation/config/config.js'
import { networkMatcher, plainAddress } from '../../foundation/config/networks.js'
import { Pacer } from '../../foundation/limits/pacer.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import type { RootLogger } from '../../foundation/logging/root-logger.js'
import { exceeded } from '../problems/problem.js'
import { accessLog } from './access-log.js'
import { admitFirst } from './admit-first.js'
import { refuseAnonymousBody } from './anonymous-body.js'
import { answerCors, pageHeaders, securityHeaders } from './api-headers.js'
import { answerBadRequest, isSlow } from './bad-requests.js'
import { type Client, clientIdentifier } from './client.js'
import { HttpBounds, type HttpCutReason } from './http-bounds.js'
import { httpLimits } from './http-limits.js'
import { refuseUpgrade, sendProblem, sendWrongMethod } from './plain-responses.js'
import { setRateLimitFields } from './rate-limit-fields.js'
import { RequestQueue } from './request-queue.js'
import { acceptAbsoluteForm, pathOf, removeBasePath } from './request-target.js'
import { stopParsingWhenDestroyed } from './stop-parsing.js'
import { asksForWebSocket, ignoreUpgrade } from './upgrades.js'
import { WebProxy } from './web-proxy.js'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void
export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  client: { remoteAddress: string },
) => void

/** The path of MQTT over WebSocket, below PUBLIC_URL. */
export const mqttPath = '/mqtt'

/** The paths that Nest answers; all others are pages. */
const nestPaths = /^\/(?:api|healthz|readyz|metrics)(?:[/?]|$)/

/** From this status on an answer refuses its request. */
const firstRefusal = 400

/**
 * A streamed answer has five listeners of ours for its end (log, metrics, trace, export) and some of Fastify and Node: more
 * than the ten beyond which Node suspects a leak.
 */
const mostListeners = 20
const handshakeTimeoutMs = 10_000
const checkIntervalMs = 5_000

function serverOptions({ headersMs, requestMs }: LimitValues<typeof httpLimits>) {
  return {
    headersTimeout: headersMs,
    requestTimeout: Math.max(headersMs, requestMs),
    keepAliveTimeout: 65_000,
    connectionsCheckingInterval: Math.min(checkIntervalMs, headersMs),
    maxHeaderSize: 16_384,
  }
}

/**
 * The server of PORT: passes REST to Nest, upgrades to the handler of their path, and all else to the web process.
 * It identifies the client, and removes headers in which others claim to know its address.
 */
export class FrontDoor {
  readonly web: WebProxy
  readonly bounds: HttpBounds
  private readonly identify: (request: IncomingMessage) => Client
  private readonly requestHandlers = new Map<string, RequestHandler>()
  private readonly upgradeHandlers = new Map<string, UpgradeHandler>()
  private readonly upgradedSockets = new Set<Duplex>()
  private readonly refusals: Pacer
  private readonly queue: RequestQueue
  private readonly isProxy: (address: string) => boolean
  private readonly secure: RequestHandler
  private readonly securePage: (response: ServerResponse) => void
  private readonly allowedOrigins: readonly string[]
  private readonly limits: LimitValues<typeof httpLimits>
  private nest: RequestHandler = (_, response) => sendProblem(response, 503, 'starting', 'Starting.')

  constructor(
    private readonly config: Pick<
      Config,
      'trustedProxies' | 'webUrl' | 'publicUrl' | 'basePath' | 'allowedOrigins' | 'limits'
    >,
    private readonly logger: RootLogger,
  ) {
    this.identify = clientIdentifier(config.trustedProxies)
    this.isProxy = networkMatcher(config.trustedProxies)
    const log = new GroupedLog((line) => logger.warn({ context: 'http' }, line))
    const limits = httpLimits.values(config.limits)
    this.limits = limits
    this.bounds = new HttpBounds(
      (reason, address) => log.note(reason, () => describeCut(reason, address)),
      limits,
    )
    this.refusals = new Pacer({
      burst: limits.refusalsPerAddress,
      intervalMs: limits.refusalIntervalMs,
      longestWaitMs: limits.refusalWaitMs,
    })
    this.queue = new RequestQueue(
      limits.pipelinedRequests,
      (socket, address) => this.bounds.endPipelined(socket, address),
      this.refusals,
    )
    this.web = new WebProxy(config.webUrl, config.basePath)
    this.secure = securityHeaders(config)
    this.securePage = pageHeaders(config)
    this.allowedOrigins = config.allowedOrigins
  }

  /** Makes the server of the port, which passes REST to `nest`. */
  createServer(nest: RequestHandler): Server {
    this.nest = nest
    const server = http.createServer(serverOptions(this.limits))
    admitFirst(server, 'connection', (socket) => this.admit(socket), stopParsingWhenDestroyed)
    this.serveOn(server, (socket) => server.emit('connection', socket))
    return server
  }

  /** Makes a server of a further port, which serves the same by TLS. */
  createSecureServer(options: TlsOptions): https.Server {
    const ours = { ...serverOptions(this.limits), handshakeTimeout: handshakeTimeoutMs }
    const server = https.createServer({ ...ours, ...options })
    // Connections that are not admitted yet, as their handshake is not done.
    server.maxConnections = this.limits.connections
    admitFirst(server, 'secureConnection', (socket) => this.admit(socket), stopParsingWhenDestroyed)
    this.serveOn(server, (socket) => server.emit('secureConnection', socket))
    return server
  }

  /** Registers a handler for all requests at and below a path of the api, in place of Nest. */
  onRequest(path: string, handler: RequestHandler): void {
    this.requestHandlers.set(path, handler)
  }

  /** Registers a handler for upgrades of exactly this path. */
  onUpgrade(path: string, handler: UpgradeHandler): void {
    this.upgradeHandlers.set(path, handler)
  }

  /** Ends all upgraded connections. Nest closes the server itself. */
  destroyUpgraded(): void {
    for (const socket of this.upgradedSockets) socket.destroy()
    this.web.close()
  }

  /** `reconnect` hands a connection to the server as if it were new. */
  private serveOn(server: Server | https.Server, reconnect: (socket: Duplex) => void): void {
    server.on('request', (request, response) => this.handleRequest(request, response))
    server.on('upgrade', (request, socket, head) => {
      if (asksForWebSocket(request)) this.handleUpgrade(request, socket, head)
      else ignoreUpgrade(reconnect, request, socket, head)
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (isSlow(error) && socket.writable) this.bounds.noteSlow(socket as Socket)
      answerBadRequest(error, socket)
    })
  }

  /** Connections of trusted proxies carry the requests of many clients, so only all of them together are bounded. */
  private admit(socket: Socket): boolean {
    const address = plainAddress(socket.remoteAddress ?? '')
    return this.bounds.admit(socket, this.isProxy(address) ? null : address)
  }

  private handleRequest(request: IncomingMessage, response: ServerResponse): void {
    // What was read together with the request that ended the connection.
    if (request.socket.destroyed) return
    response.setMaxListeners(mostListeners)
    acceptAbsoluteForm(request)
    removeBasePath(request, this.config.basePath)
    const client = this.identify(request)
    response.once('close', () => this.countRefusal(client, response))
    this.queue.submit(request, response, client.address, () => this.serve(request, response, client))
  }

  /** A refusal is cheap and comes at once, so that its client can ask again at once: many take more of the processor than work does. */
  private countRefusal({ address }: Client, { statusCode }: ServerResponse): void {
    if (statusCode >= firstRefusal) this.refusals.count(address)
  }

  private serve(request: IncomingMessage, response: ServerResponse, client: Client): void {
    accessLog(this.logger, request, response, client)
    const path = pathOf(request)
    if (!this.bounds.begin(request, response, client.address))
      refuseForNow(response, this.limits.requestsPerAddress)
    else if (path === null) sendProblem(response, 400, 'bad_request', 'The request target is not a path.')
    else if (nestPaths.test(path)) this.handleApi(path, request, response)
    else if (request.method === 'TRACE') refuseTrace(response)
    else if (path !== '/' && this.upgradeHandlers.has(path)) askForUpgrade(response)
    else this.servePage(request, response, client)
  }

  private servePage(request: IncomingMessage, response: ServerResponse, client: Client): void {
    this.securePage(response)
    this.web.request(request, response, client)
  }

  private handleApi(path: string, request: IncomingMessage, response: ServerResponse): void {
    this.secure(request, response)
    if (answerCors(this.allowedOrigins, request, response)) return
    if (refuseAnonymousBody(request, response, this.limits.anonymousBodyBytes)) return
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
    // The handler adds listeners of its own; without any, an error would end the process.
    socket.on('error', () => socket.destroy())
    this.upgradedSockets.add(socket)
    this.bounds.release(request.socket)
    socket.once('close', () => this.upgradedSockets.delete(socket))
    acceptAbsoluteForm(request)
    removeBasePath(request, this.config.basePath)
    const client = this.identify(request)
    const path = pathOf(request)
    const whereMqttIs = `MQTT over WebSocket is at the path ${this.config.basePath}${mqttPath}, with the subprotocol mqtt.\n`
    const handler = path === null ? undefined : this.upgradeHandlers.get(path)
    if (hasBody(request)) refuseUpgrade(socket, 400, `An upgrade has no body. ${whereMqttIs}`)
    else if (handler !== undefined) handler(request, socket, head, { remoteAddress: client.address })
    else if (path !== null && hotReloadPath.test(path)) this.web.upgrade(request, socket, head, client)
    else refuseUpgrade(socket, 404, whereMqttIs)
  }
}

function refuseForNow(response: ServerResponse, quota: number): void {
  const name = 'http.requestsPerAddress'
  setRateLimitFields(response, [{ name, quota, windowSeconds: null, remaining: 0, moreInSeconds: 1 }])
  const detail = `Your address has ${quota} requests in work, which is the limit. Wait for the answer to one of them, or try again in a second.`
  sendProblem(response, 429, 'too_many_requests', detail, { 'retry-after': '1' }, exceeded(name))
}

function describeCut(reason: HttpCutReason, address: string): string {
  return `an HTTP connection of ${address || 'a trusted proxy'} was ended: ${cutReasons[reason]}`
}

const cutReasons: Record<HttpCutReason, string> = {
  connections: 'there are too many connections',
  held_bytes:
    'it, its address or all clients hold too many bytes of bodies and of answers that they do not take',
  stalled: 'its client has taken nothing of an answer for a minute',
  slow: 'its client did not send a whole request in time',
  pipelined: 'too many requests wait on it for the answer to an earlier one',
  cut_often: 'too many connections of its address were ended a moment ago',
}

/** TRACE would send back the request with its cookies, which scripts must not read. */
function refuseTrace(response: ServerResponse): void {
  sendWrongMethod(response, ['GET', 'HEAD'])
}

/** Bytes after an upgrade belong to another protocol, which would read a body as its own. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

function askForUpgrade(response: ServerResponse): void {
  const detail = 'This is the address of MQTT over WebSocket (subprotocol mqtt).'
  sendProblem(response, 426, 'upgrade_required', detail, { upgrade: 'websocket' })
}

/** Where Next.js, in development, tells pages of changes. */
const hotReloadPath = /^\/_next\//
