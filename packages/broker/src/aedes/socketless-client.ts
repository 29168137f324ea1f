import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Aedes, Client } from 'aedes'
import type { ClientDecisions } from './adapter.js'
import { type AedesPacket, internalsOf } from './internals.js'

/** A client of aedes without a socket: it passes packets to aedes for one connection after the other. */
export class SocketlessClient {
  readonly #stream: StreamStub
  readonly #client: Client

  constructor(broker: Aedes, decisions: ClientDecisions | null = null) {
    this.#stream = new StreamStub(decisions)
    // aedes uses no other members of a stream than StreamStub has: see the contract tests.
    this.#client = broker.handle(this.#stream as unknown as Duplex)
    const internals = internalsOf(this.#client)
    internals.connected = true
    if (internals._connectTimer) clearTimeout(internals._connectTimer)
    internals._connectTimer = null
  }

  /** The connection that one of aedes' hooks is called for. */
  static decisionsOf({ conn }: Client): ClientDecisions | null {
    const stream: unknown = conn
    return stream instanceof StreamStub ? stream.decisions : null
  }

  get closed(): boolean {
    return this.#client.closed
  }

  /** Returns aedes' answer to one packet, which it writes within the call. Throws when there is none. */
  request(
    decisions: ClientDecisions | null,
    send: (client: Client, done: (error?: Error) => void) => void,
  ): Buffer {
    const stream = this.#stream
    // A hook may end this connection, and its will may lead to another request before this one returns.
    const { decisions: outer, written: outerWritten } = stream
    const written: Buffer[] = []
    let failure: Error | undefined
    stream.decisions = decisions
    stream.written = written
    try {
      send(this.#client, (error) => {
        failure = error
      })
    } finally {
      stream.decisions = outer
      stream.written = outerWritten
      internalsOf(this.#client).subscriptions = Object.create(null)
    }
    if (written.length === 0) throw failure ?? new Error('aedes did not answer')
    return Buffer.concat(written)
  }

  /** Closes it like a client whose connection was lost: aedes sends its will. */
  closeWithWill(will: AedesPacket): void {
    internalsOf(this.#client).will = will
    this.#client.close()
  }
}

/** Stands in for a client's stream, and collects what aedes writes. */
class StreamStub extends EventEmitter {
  destroyed = false
  decisions: ClientDecisions | null
  /** aedes writes a packet in several pieces. */
  written: Buffer[] = []

  constructor(decisions: ClientDecisions | null) {
    super()
    this.decisions = decisions
  }

  read(): null {
    return null
  }

  write(piece: Buffer): boolean {
    this.written.push(piece)
    return true
  }

  destroy(): this {
    this.destroyed = true
    return this
  }
}
