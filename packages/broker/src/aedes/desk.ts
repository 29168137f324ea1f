import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Aedes, Client } from 'aedes'
import type { Hosted } from './host.js'
import { type AedesPacket, insideOf } from './inside.js'

/** A client of aedes without a socket, by which it is asked in the name of a connection. */
export class Desk {
  readonly #port: Port
  readonly #client: Client

  constructor(broker: Aedes, hosted: Hosted | null = null) {
    this.#port = new Port(hosted)
    // aedes uses of a stream what Port has, and nothing else: see the contract tests.
    this.#client = broker.handle(this.#port as unknown as Duplex)
    const inside = insideOf(this.#client)
    inside.connected = true
    if (inside._connectTimer) clearTimeout(inside._connectTimer)
    inside._connectTimer = null
  }

  /** Whose connection one of aedes' hooks speaks of. */
  static hostedAt({ conn }: Client): Hosted | null {
    const port: unknown = conn
    return port instanceof Port ? port.hosted : null
  }

  get closed(): boolean {
    return this.#client.closed
  }

  /** Gives aedes' answer to one packet, which comes within the call. Throws when there is none. */
  ask(hosted: Hosted | null, question: (client: Client, done: (error?: Error) => void) => void): Buffer {
    const port = this.#port
    const { hosted: outer, written: outerWritten } = port
    const written: Buffer[] = []
    let failure: Error | undefined
    port.hosted = hosted
    port.written = written
    try {
      question(this.#client, (error) => {
        failure = error
      })
    } finally {
      port.hosted = outer
      port.written = outerWritten
      insideOf(this.#client).subscriptions = Object.create(null)
    }
    if (written.length === 0) throw failure ?? new Error('aedes did not answer')
    return Buffer.concat(written)
  }

  /** Ends it as a client that is gone: aedes sends its will. */
  leave(will: AedesPacket): void {
    insideOf(this.#client).will = will
    this.#client.close()
  }
}

/** What stands in for a stream. */
class Port extends EventEmitter {
  destroyed = false
  hosted: Hosted | null
  /** A packet comes in pieces. */
  written: Buffer[] = []

  constructor(hosted: Hosted | null) {
    super()
    this.hosted = hosted
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
