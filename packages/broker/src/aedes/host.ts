import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { Aedes, type Client } from 'aedes'
import { isSysTopic } from '../packets/topic.js'
import type { Qos } from '../types.js'
import { correctAnswer, PacketAssembler } from './answers.js'
import { type AedesClientInside, type AedesPacket, insideOf, insideOfClient } from './inside.js'
import { AedesPersistence } from './persistence.js'

/** What aedes is to the rest: it runs the handshake of CONNECT, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT, and wills. */
export interface ProtocolHost {
  /** Starts the protocol on an authenticated connection; `connect` is its CONNECT packet. */
  open(hosted: Hosted, connect: Buffer): ProtocolClient
  close(): Promise<void>
}

export interface ProtocolClient {
  /** Hands over one packet; `Hosted.idle` says when aedes is done with it. */
  feed(packet: Buffer): void
  /** Ends it, and sends the will unless DISCONNECT came before or `withWill` is false. */
  close(withWill: boolean): void
}

/** A connection, as aedes' side sees it. Everything is called synchronously. */
export interface Hosted {
  readonly sessionId: string
  readonly sessionPresent: boolean
  readonly protocolVersion: 3 | 4
  /** Filters of a stored session, to be granted again. */
  storedFilters(): { topic: string; qos: Qos }[]
  /** Decides one filter and, when it is allowed, makes the subscription. */
  grant(filter: string, qos: Qos): boolean
  subscribed(filters: { filter: string; qos: Qos }[]): void
  unsubscribed(filters: string[]): void
  ready(): void
  idle(): void
  write(packet: Buffer): void
  /** aedes wants the connection gone: after DISCONNECT, or because of an error. */
  ended(error: Error | null): void
  /** The filters of the SUBSCRIBE that is being answered, repeated ones included. */
  readonly askedFilters: readonly { filter: string; qos: number }[]
  decideWill(will: AedesPacket): boolean | Promise<boolean>
}

export async function createAedesHost(deliver: (packet: AedesPacket) => void): Promise<ProtocolHost> {
  const opened = new Map<string, Hosted>()
  const broker = await Aedes.createBroker({
    id: 'heliograph',
    mq: emitterFor(deliver),
    persistence: new AedesPersistence((sessionId) => opened.get(sessionId)),
    queueLimit: 1_000,
    maxClientsIdLength: 65_535,
    // The connection keeps its own clock; 0 makes aedes start no timer for each client.
    preConnect: (_client, packet, callback) => {
      packet.keepalive = 0
      callback(null, true)
    },
    authenticate: (client, _username, _password, callback) => {
      const hosted = portOf(client)?.hosted
      if (!hosted) return callback(Object.assign(new Error('no connection'), { returnCode: 3 }), false)
      insideOfClient(client).id = hosted.sessionId
      callback(null, true)
    },
    authorizePublish: (client, will, callback) => {
      const hosted = client && portOf(client)?.hosted
      if (!hosted) return callback(new Error('no connection'))
      const answer = (allowed: boolean) => callback(allowed ? null : new Error('will refused'))
      const decision = hosted.decideWill(will)
      if (typeof decision === 'boolean') answer(decision)
      else decision.then(answer, () => answer(false))
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const granted = portOf(client)?.hosted.grant(subscription.topic, subscription.qos as Qos) ?? false
      callback(null, granted ? subscription : null)
    },
  })
  guardRegistry(broker)
  broker.on('clientReady', (client) => portOf(client)?.hosted.ready())
  broker.on('subscribe', (subscriptions, client) => {
    const granted = subscriptions.filter(({ qos }) => (qos as number) !== 128)
    portOf(client)?.hosted.subscribed(granted.map(({ topic, qos }) => ({ filter: topic, qos: qos as Qos })))
  })
  broker.on('unsubscribe', (filters, client) => portOf(client)?.hosted.unsubscribed(filters))
  return {
    open: (hosted, connect) => openPort(broker, opened, hosted, connect),
    close: () => new Promise((resolve) => broker.close(resolve)),
  }
}

function openPort(
  broker: Aedes,
  opened: Map<string, Hosted>,
  hosted: Hosted,
  connect: Buffer,
): ProtocolClient {
  const port = new Port(hosted)
  // aedes uses of a stream what Port has, and nothing else: see the contract tests.
  const client = broker.handle(port as unknown as Duplex)
  opened.set(hosted.sessionId, hosted)
  port.feed(connect)
  return {
    feed: (packet) => port.feed(packet),
    close: (withWill) => {
      port.silence()
      if (opened.get(hosted.sessionId) === hosted) opened.delete(hosted.sessionId)
      if (!withWill) insideOfClient(client).will = null
      client.close()
    },
  }
}

/** What stands in for a stream: one packet in at a time, whole packets out. */
class Port extends EventEmitter {
  readonly hosted: Hosted
  destroyed = false
  client: AedesClientInside | null = null
  #incoming: Buffer | null = null
  #silent = false
  readonly #answers = new PacketAssembler((packet) => {
    if (!this.#silent) this.hosted.write(correctAnswer(packet, this.hosted))
  })

  constructor(hosted: Hosted) {
    super()
    this.hosted = hosted
  }

  feed(packet: Buffer): void {
    this.#incoming = packet
    this.emit('readable')
  }

  /** From now on nothing is written or reported. */
  silence(): void {
    this.#silent = true
  }

  /** aedes reads when it is done with what it read before: nothing to read means it is idle. */
  read(): Buffer | null {
    const packet = this.#incoming
    this.#incoming = null
    if (!packet && !this.#silent) this.hosted.idle()
    return packet
  }

  write(chunk: Buffer): boolean {
    this.#answers.push(chunk)
    return true
  }

  destroy(error?: Error): this {
    if (this.destroyed) return this
    this.destroyed = true
    if (!this.#silent) this.hosted.ended(error ?? null)
    return this
  }
}

/** aedes' emitter: only wills and its own `$SYS` news come this way, and the latter are nobody's to read. */
function emitterFor(deliver: (packet: AedesPacket) => void) {
  const done = (_topic: string, _listener: unknown, callback?: () => void) => callback?.()
  return {
    on: done,
    removeListener: done,
    emit(packet: AedesPacket, callback?: () => void) {
      if (!isSysTopic(packet.topic)) deliver(packet)
      callback?.()
    },
    close: (callback?: () => void) => callback?.(),
  }
}

/**
 * Two repairs of aedes' take-over: a client that was closed while it connected is not registered any more, and a
 * client that leaves unregisters itself only, not whoever took its place (AEDES 5).
 */
function guardRegistry(broker: Aedes): void {
  const inside = insideOf(broker)
  const register = inside.registerClient.bind(inside)
  const unregister = inside.unregisterClient.bind(inside)
  inside.registerClient = (client) => {
    if (!client.closed) register(client)
  }
  inside.unregisterClient = (client) => {
    if (inside.clients[client.id] === client) unregister(client)
  }
}

function portOf(client: Client): Port | null {
  const conn: unknown = client.conn
  return conn instanceof Port ? conn : null
}
