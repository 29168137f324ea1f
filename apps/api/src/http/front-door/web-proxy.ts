import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Client } from './client.js'
import { refuseUpgrade, sendPageUnavailable } from './plain-responses.js'
import { endToEndHeaders, requestHeaders, responseHeaders } from './proxy-headers.js'

const idleTimeoutMs = 60_000
const checkTimeoutMs = 2_500

/** Where the web process listens: at a Unix socket or, when it runs elsewhere, at an address. */
export type WebTarget = { socketPath: string } | { protocol: string; host: string; port: string }

/** Passes requests and upgrades to the web process. */
export class WebProxy {
  private target: WebTarget | null
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 32 })

  constructor(
    url: string | null,
    private readonly basePath: string,
  ) {
    this.target = url === null ? null : addressOf(new URL(url))
  }

  /** Sets where the web process listens; null while none runs. */
  setTarget(target: WebTarget | null): void {
    this.target = target
  }

  close(): void {
    this.agent.destroy()
  }

  /** Throws when the web process does not work; the message says why. */
  async check(): Promise<void> {
    if (this.target === null) throw new Error('is not running')
    const status = await statusOf(this.target, '/robots.txt').catch(() => {
      throw new Error('does not answer')
    })
    if (status >= 500) throw new Error(`answers ${status}`)
  }

  request(
    request: IncomingMessage,
    response: ServerResponse,
    client: Client,
    { isRetry = false } = {},
  ): void {
    const { target } = this
    if (target === null) {
      sendPageUnavailable(request, response, 503)
      return
    }
    const upstream = http.request({
      ...target,
      agent: this.agent,
      method: request.method,
      path: request.url,
      headers: requestHeaders(request, client, this.basePath),
      timeout: idleTimeoutMs,
    })
    const abort = () => upstream.destroy()
    response.once('close', abort)
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer.rawHeaders))
      answer.on('error', () => response.destroy())
      answer.once('close', () => {
        if (!answer.complete) response.destroy()
      })
      answer.pipe(response)
    })
    upstream.once('timeout', () => {
      sendPageUnavailable(request, response, 504)
      upstream.destroy()
    })
    upstream.on('error', () => {
      response.off('close', abort)
      if (response.destroyed || response.writableEnded) return
      // The web process may have closed the idle connection just as it was used again, without reading the request.
      if (!isRetry && upstream.reusedSocket && hasNoBody(request) && !response.headersSent) {
        return this.request(request, response, client, { isRetry: true })
      }
      request.resume()
      sendPageUnavailable(request, response, 502)
    })
    if (hasNoBody(request)) upstream.end()
    else request.pipe(upstream)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, client: Client): void {
    const { target } = this
    if (target === null) {
      refuseUpgrade(socket, 503)
      return
    }
    const upstream = http.request({
      ...target,
      agent: false,
      method: request.method,
      path: request.url,
      headers: {
        ...requestHeaders(request, client, this.basePath),
        connection: 'Upgrade',
        upgrade: request.headers.upgrade,
      },
      timeout: idleTimeoutMs,
    })
    socket.once('close', () => upstream.destroy())
    upstream.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
      upstreamSocket.setTimeout(0)
      upstreamSocket.on('error', () => socket.destroy())
      upstreamSocket.once('close', () => socket.destroy())
      socket.once('close', () => upstreamSocket.destroy())
      socket.write(responseHead(answer, { Connection: 'Upgrade', Upgrade: answer.headers.upgrade ?? '' }))
      if (upstreamHead.length > 0) socket.write(upstreamHead)
      if (head.length > 0) upstreamSocket.write(head)
      upstreamSocket.pipe(socket)
      socket.pipe(upstreamSocket)
    })
    upstream.once('response', (answer) => {
      socket.write(responseHead(answer, { Connection: 'close' }))
      answer.pipe(socket)
    })
    upstream.once('timeout', () => upstream.destroy())
    upstream.on('error', () => refuseUpgrade(socket, 502))
    upstream.end()
  }
}

async function statusOf(target: WebTarget, path: string): Promise<number> {
  const request = http.get({ ...target, path, agent: false, signal: AbortSignal.timeout(checkTimeoutMs) })
  const [response]: IncomingMessage[] = await once(request, 'response')
  response?.destroy()
  return response?.statusCode ?? 502
}

function addressOf({ protocol, hostname, port }: URL): WebTarget {
  // Node takes the address of IPv6 without its brackets.
  return { protocol, host: hostname.replace(/^\[|\]$/g, ''), port: port || '80' }
}

function hasNoBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return encoding === undefined && (length === undefined || length === '0')
}

function responseHead(answer: IncomingMessage, connection: Record<string, string>): string {
  const headers = [...endToEndHeaders(answer.rawHeaders), ...Object.entries(connection)]
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${lines.join('')}\r\n`
}
