import { randomBytes } from 'node:crypto'
import type { ConnectFields, Packets } from './bytes.js'
import { Peer, type Received } from './peer.js'
import { packetsOf, type Standard } from './standard.js'
import { openWire, type Target, type TransportName } from './wire.js'

const run = randomBytes(4).toString('hex')
let made = 0

export interface Entered {
  peer: Peer
  connack: Received<'connack'>
  sessionPresent: boolean
}

/** What one test works with: names of its own, and connections that end with it. */
export class Bench {
  /** A topic that no other test uses. */
  readonly topic: string
  /** Makes packets of the version of MQTT that is tested. */
  readonly bytes: Packets
  readonly #name: string
  readonly #peers: Peer[] = []
  #clients = 0
  readonly #deferred: (() => void)[] = []

  constructor(
    readonly transport: TransportName,
    readonly standard: Standard,
    readonly target: Target,
  ) {
    made += 1
    this.#name = `${transport}${run}x${made.toString(36)}`
    this.topic = `conformance/${this.#name}`
    this.bytes = packetsOf[standard]
  }

  /** A client id that no other test uses, of letters and digits. */
  id(suffix: string = ''): string {
    return `${this.#name}Z${suffix}`
  }

  /** A bare connection, before CONNECT. */
  open = async (
    transport: TransportName = this.transport,
    standard: Standard = this.standard,
  ): Promise<Peer> => {
    const peer = await Peer.open(standard, (events) => openWire(transport, this.target, events))
    this.#peers.push(peer)
    return peer
  }

  /** An accepted client; without a client id it gets one of its own. */
  connect = async (fields: ConnectFields = {}): Promise<Peer> => {
    const { peer } = await this.enter(fields)
    return peer
  }

  /** An accepted client of this version of MQTT, whichever is tested. */
  connectAs = async (standard: Standard, fields: ConnectFields = {}): Promise<Peer> => {
    const { peer } = await this.#enterAs(standard, fields)
    return peer
  }

  /** Connects and is accepted; tells whether the broker had a session. */
  enter = (fields: ConnectFields = {}): Promise<Entered> => this.#enterAs(this.standard, fields)

  /** Sends bytes as an accepted client; the broker must end the connection without an answer but DISCONNECT. */
  violates = async (what: string, ...packets: Buffer[]): Promise<number | null> => {
    const peer = await this.connect()
    peer.send(...packets)
    return peer.expectClosed().catch(named(what))
  }

  /** Sends bytes as the first ones of a connection; the broker must end it without an answer but a refusal. */
  refuses = async (what: string, ...packets: Buffer[]): Promise<number | null> => {
    const peer = await this.open()
    peer.send(...packets)
    return peer.expectRefused().catch(named(what))
  }

  #enterAs = async (standard: Standard, fields: ConnectFields): Promise<Entered> => {
    const peer = await this.open(this.transport, standard)
    this.#clients += 1
    peer.send(packetsOf[standard].connect({ clientId: this.id(`n${this.#clients}`), ...fields }))
    const connack = await peer.expect('connack')
    const code = connack.reasonCode ?? connack.returnCode
    if (code !== 0) throw new Error(`CONNACK refused with ${code}`)
    return { peer, connack, sessionPresent: connack.sessionPresent }
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
