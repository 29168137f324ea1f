import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LRUCache } from 'lru-cache'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { httpLimits } from './http-limits.js'

/** Why a connection was refused or ended. */
export type HttpCutReason = 'connections' | 'held_bytes' | 'stalled' | 'slow' | 'pipelined' | 'cut_often'

interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  address: string
  /** `bytesRead` of its connection when it began. */
  readBefore: number
  /** How much of its answer was taken, and when that last changed. */
  taken: number
  takenAtMs: number
}

const checkIntervalMs = 100
/** A cut of an address is forgotten each time this has passed. */
const cutForgottenMs = 1_000
const rememberedAddresses = 10_000

/**
 * Bounds what HTTP clients make the process hold: connections, requests in work, bodies that are not complete and answers
 * that are not taken. Past a bound the exchange that holds the most ends. An address whose connections had to be ended again and
 * again is refused for a time, as each of them costs something until it ends.
 */
export class HttpBounds {
  /** How many connections were ended for each reason. */
  readonly cuts: Record<HttpCutReason, number> = {
    connections: 0,
    held_bytes: 0,
    stalled: 0,
    slow: 0,
    pipelined: 0,
    cut_often: 0,
  }
  readonly #exchanges = new Set<Exchange>()
  readonly #requests = new Map<string, number>()
  readonly #counted = new Map<Socket, string | null>()
  readonly #connections = new Map<string, number>()
  readonly #cutRates: RateLimiter<string>
  /** Addresses that are refused, until when. */
  readonly #refused = new LRUCache<string, number>({ max: rememberedAddresses })
  #heldBytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly onCut: (reason: HttpCutReason, address: string) => void,
    private readonly limits: LimitValues<typeof httpLimits>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#cutRates = new RateLimiter({
      burst: limits.cutsPerAddress,
      refillMs: cutForgottenMs,
      maxKeys: rememberedAddresses,
      now,
    })
  }

  /** Open connections, requests in work, and bytes held at the last check. */
  get usage(): { connections: number; requests: number; heldBytes: number } {
    return { connections: this.#counted.size, requests: this.#exchanges.size, heldBytes: this.#heldBytes }
  }

  /**
   * Counts a connection until it ends or is released. Past a limit it ends it at once, and returns false. `address` is null for a
   * proxy's.
   */
  admit(socket: Socket, address: string | null): boolean {
    // A connection whose upgrade is ignored comes a second time.
    if (this.#counted.has(socket)) return true
    const ofAddress = address === null ? 0 : (this.#connections.get(address) ?? 0)
    if (this.#counted.size >= this.limits.connections || ofAddress >= this.limits.connectionsPerAddress) {
      this.#cut(socket, 'connections', address ?? '')
      return false
    }
    if (address !== null && this.now() < (this.#refused.get(address) ?? 0)) {
      this.#cut(socket, 'cut_often', address)
      return false
    }
    this.#counted.set(socket, address)
    if (address !== null) this.#connections.set(address, ofAddress + 1)
    socket.once('close', () => this.release(socket))
    return true
  }

  /** A connection that became a WebSocket is bounded by the broker. */
  release(socket: Socket): void {
    const address = this.#counted.get(socket)
    if (this.#counted.delete(socket) && address) decrement(this.#connections, address)
  }

  /** Watches a request until its answer ended. Returns false when its address has too many in work. */
  begin(request: IncomingMessage, response: ServerResponse, address: string): boolean {
    const ofAddress = this.#requests.get(address) ?? 0
    if (ofAddress >= this.limits.requestsPerAddress) return false
    this.#requests.set(address, ofAddress + 1)
    const exchange = {
      request,
      response,
      address,
      readBefore: request.socket.bytesRead,
      taken: 0,
      takenAtMs: this.now(),
    }
    this.#exchanges.add(exchange)
    response.once('close', () => {
      this.#exchanges.delete(exchange)
      decrement(this.#requests, address)
    })
    this.#timer ??= setInterval(() => this.check(), checkIntervalMs).unref()
    return true
  }

  /** Ends what holds too much, and whose client takes nothing. */
  check(): void {
    if (this.#exchanges.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    this.#endStalled()
    const held = [...this.#exchanges].map((exchange) => ({ exchange, bytes: heldBytes(exchange) }))
    const largestFirst = held.filter(({ bytes }) => bytes > 0).sort((a, b) => b.bytes - a.bytes)
    const ofAddress = new Map<string, number>()
    let ofAll = 0
    for (const { exchange, bytes } of largestFirst) {
      ofAddress.set(exchange.address, (ofAddress.get(exchange.address) ?? 0) + bytes)
      ofAll += bytes
    }
    for (const { exchange, bytes } of largestFirst) {
      const { address } = exchange
      const ofThisAddress = ofAddress.get(address) ?? 0
      const { bytesPerConnection, bytesPerAddress, bytes: bytesOfAll } = this.limits
      if (bytes <= bytesPerConnection && ofThisAddress <= bytesPerAddress && ofAll <= bytesOfAll) continue
      this.#cut(exchange.request.socket, 'held_bytes', address)
      ofAddress.set(address, ofThisAddress - bytes)
      ofAll -= bytes
    }
    this.#heldBytes = ofAll
  }

  #endStalled(): void {
    const nowMs = this.now()
    for (const exchange of this.#exchanges) {
      const { response, request, address } = exchange
      const unsent = response.writableLength
      const taken = request.socket.bytesWritten - unsent
      if (taken > exchange.taken || unsent === 0) Object.assign(exchange, { taken, takenAtMs: nowMs })
      else if (nowMs - exchange.takenAtMs > this.limits.stalledMs)
        this.#cut(request.socket, 'stalled', address)
    }
  }

  /** Ends a connection on which more requests wait than may. `address` is that of its client, which a proxy may have named. */
  endPipelined(socket: Socket, address: string): void {
    this.#cut(socket, 'pipelined', address)
  }

  /**
   * Notes that a connection is being ended because its request did not come in time. A browser opens connections before it needs
   * them, so one on which nothing was sent is none of these, and none of them has its address refused.
   */
  noteSlow(socket: Socket): void {
    if (socket.bytesRead > 0) this.#note('slow', this.#counted.get(socket) ?? '')
  }

  #cut(socket: Socket, reason: HttpCutReason, address: string): void {
    const ofAddress = this.#counted.get(socket)
    socket.destroy()
    if (ofAddress && this.#cutRates.take(ofAddress) > 0)
      this.#refused.set(ofAddress, this.now() + this.limits.refusedMs)
    this.#note(reason, address)
  }

  #note(reason: HttpCutReason, address: string): void {
    this.cuts[reason] += 1
    this.onCut(reason, address)
  }
}

/** Bytes of the answer that the client has not taken, and of the body until the answer begins. */
function heldBytes({ request, response, readBefore }: Exchange): number {
  const received = response.headersSent ? 0 : request.socket.bytesRead - readBefore
  return received + response.writableLength
}

function decrement(counts: Map<string, number>, key: string): void {
  const count = counts.get(key) ?? 0
  if (count > 1) counts.set(key, count - 1)
  else counts.delete(key)
}
