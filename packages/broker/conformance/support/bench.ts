import { randomBytes } from 'node:crypto'
import * as bytes from './bytes.js'
import { Peer } from './peer.js'
import { openWire, type Target, type TransportName } from './wire.js'

const run = randomBytes(4).toString('hex')
let made = 0

/** What one test works with: names of its own, and connections that end with it. */
export class Bench {
  /** A topic that no other test uses. */
  readonly topic: string
  readonly #name: string
  readonly #peers: Peer[] = []
  #clients = 0
  readonly #deferred: (() => void)[] = []

  constructor(
    readonly transport: TransportName,
    readonly target: Target,
  ) {
    made += 1
    this.#name = `${transport}${run}x${made.toString(36)}`
    this.topic = `conformance/${this.#name}`
  }

  /** A client id that no other test uses, of letters and digits. */
  id(suffix: string = ''): string {
    return `${this.#name}Z${suffix}`
  }

  /** A bare connection, before CONNECT. */
  open = async (transport: TransportName = this.transport): Promise<Peer> => {
    const peer = await Peer.open((events) => openWire(transport, this.target, events))
    this.#peers.push(peer)
    return peer
  }

  /** An accepted client; without a client id it gets one of its own. */
  connect = async (fields: bytes.ConnectFields = {}): Promise<Peer> => {
    const { peer } = await this.enter(fields)
    return peer
  }

  /** Connects and is accepted; tells whether the broker had a session. */
  enter = async (fields: bytes.ConnectFields = {}): Promise<{ peer: Peer; sessionPresent: boolean }> => {
    const peer = await this.open()
    this.#clients += 1
    peer.send(bytes.connect({ clientId: this.id(`n${this.#clients}`), ...fields }))
    const { returnCode, sessionPresent } = await peer.expect('connack')
    if (returnCode !== 0) throw new Error(`CONNACK refused with ${returnCode}`)
    return { peer, sessionPresent }
  }

  /** Sends bytes as an accepted client; the broker must end the connection without an answer. */
  violates = async (what: string, ...packets: Buffer[]): Promise<void> => {
    const peer = await this.connect()
    peer.send(...packets)
    await peer.expectClosed().catch(named(what))
  }

  /** Sends bytes as the first ones of a connection; the broker must end it without an answer. */
  refuses = async (what: string, ...packets: Buffer[]): Promise<void> => {
    const peer = await this.open()
    peer.send(...packets)
    await peer.expectClosed().catch(named(what))
  }

  /** Does something when the test is over. */
  defer(action: () => void): void {
    this.#deferred.push(action)
  }

  close(): void {
    for (const action of this.#deferred) action()
    for (const peer of this.#peers) peer.drop()
  }
}

function named(what: string): (error: Error) => never {
  return (error) => {
    throw new Error(`${what}: ${error.message}`)
  }
}
