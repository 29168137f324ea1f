import type { Socket } from 'node:net'
import { networkMatcher, plainAddress } from '../../foundation/config/networks.js'
import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import { readProxyHeader } from './proxy-header.js'
import type { proxyProtocolLimits } from './proxy-protocol-limits.js'

/** Why a connection that needs a PROXY header was closed. */
export type ProxyRefusalReason = 'untrusted' | 'malformed' | 'too_long' | 'cut' | 'late' | 'waiting'

export interface ProxyRefusal {
  reason: ProxyRefusalReason
  detail: string
  /** Of the proxy, or of whoever connected without one. */
  address: string
}

/** Takes over a socket behind its header. `remoteAddress` is the client's. */
export type Accept = (socket: Socket, remoteAddress: string) => void

interface Options {
  trustedProxies: readonly string[]
  limits: LimitValues<typeof proxyProtocolLimits>
  onRefused: (refusal: ProxyRefusal) => void
}

/** Connections that begin with a header of the PROXY protocol, which only trusted proxies may send. */
export class ProxiedConnections {
  readonly #isProxy: (address: string) => boolean
  readonly #limits: Options['limits']
  readonly #onRefused: Options['onRefused']
  /** Sockets of which the header is not complete, and what ends to wait for it. */
  readonly #waiting = new Map<Socket, () => void>()

  constructor({ trustedProxies, limits, onRefused }: Options) {
    this.#isProxy = networkMatcher(trustedProxies)
    this.#limits = limits
    this.#onRefused = onRefused
  }

  /** Reads the header, and passes the socket on; or closes it, with a reason. */
  accept(socket: Socket, accept: Accept): void {
    const address = plainAddress(socket.remoteAddress ?? '')
    const refuse = (reason: ProxyRefusalReason, detail: string) => {
      socket.destroy()
      this.#onRefused({ reason, detail, address })
    }
    socket.on('error', ignore)
    // Its peer has gone already, as that of a health check may.
    if (address === '') socket.destroy()
    else if (!this.#isProxy(address)) refuse('untrusted', 'it comes from no address of TRUSTED_PROXIES')
    else if (this.#waiting.size >= this.#limits.waiting) refuse('waiting', 'too many wait for their header')
    else this.#readHeader(socket, refuse, (source) => accept(socket, source ?? address))
  }

  /** Closes the connections of which the header is not complete. */
  close(): void {
    for (const [socket, stop] of this.#waiting) {
      stop()
      socket.destroy()
    }
  }

  #readHeader(
    socket: Socket,
    refuse: (reason: ProxyRefusalReason, detail: string) => void,
    accept: (source: string | null) => void,
  ): void {
    let received: Buffer = Buffer.alloc(0)
    const stop = () => {
      clearTimeout(timer)
      this.#waiting.delete(socket)
      socket.off('readable', read).off('close', closed)
    }
    const fail = (reason: ProxyRefusalReason, detail: string) => {
      stop()
      refuse(reason, detail)
    }
    const read = () => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const header = readProxyHeader(received, this.#limits.headerBytes)
      if (header.state === 'incomplete') return
      if (header.state === 'refused') return fail(header.reason, header.detail)
      stop()
      if (header.bytes < received.length) socket.unshift(received.subarray(header.bytes))
      accept(header.source)
    }
    const closed = () => {
      // Proxies check whether the port answers by connecting and closing.
      if (received.length === 0) stop()
      else fail('cut', 'it was closed within its header')
    }
    this.#waiting.set(socket, stop)
    const timer = setTimeout(() => fail('late', 'its header did not come in time'), this.#limits.headerMs)
    socket.on('readable', read).on('close', closed)
  }
}

/** The end of a connection is told by `close`. */
function ignore(): void {}
