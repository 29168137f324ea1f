import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ProtocolClient } from '../aedes/host.js'
import type { Core } from '../core.js'
import type { Worker } from '../fairness/turn-work.js'
import { type ConnectPacket, readConnect } from '../packets/connect.js'
import { PacketType } from '../packets/encode.js'
import { readSubscribe, readUnsubscribe } from '../packets/subscribe.js'
import { RetainedDelivery } from '../sessions/retained-delivery.js'
import type { Session, SessionLink } from '../sessions/session.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { ClientInfo, DisconnectReason, Transport } from '../types.js'
import { admit } from './admission.js'
import { HostedConnection } from './hosted.js'
import { PublishPath } from './publish-path.js'
import { Wire } from './wire.js'

export type ConnectionState = 'opening' | 'authenticating' | 'connecting' | 'ready' | 'ended'

export interface ClientRecord<P> extends ClientInfo<P> {
  principal: P
}

/** One client on one socket, from its first byte to its end. */
export class Connection<P> implements SessionLink, Worker {
  readonly id = randomUUID()
  readonly transport: Transport
  readonly remoteAddress: string
  /** The upgrade request, until CONNECT is decided: it is large, and nobody asks for it later. */
  httpRequest: IncomingMessage | undefined
  readonly openedAtMs = Date.now()
  readonly wire: Wire
  readonly core: Core<P>
  readonly hosted: HostedConnection<P>
  state: ConnectionState = 'opening'
  expiresAtMs = Number.POSITIVE_INFINITY
  keepAliveMs = Number.POSITIVE_INFINITY
  protocol: ProtocolClient | null = null
  publishes: PublishPath<P> | null = null
  retained: RetainedDelivery | null = null
  #client: ClientRecord<P> | null = null
  #session: Session | null = null
  #lastPacketMs: number
  #takenBytes = 0
  #takenSinceMs = this.openedAtMs
  #group: string | null = null
  #overwhelmed = false
  #dropped = 0
  #droppedTopic = ''
  #droppedEventMs = 0

  constructor(
    core: Core<P>,
    socket: Duplex,
    transport: Transport,
    remoteAddress: string,
    request?: IncomingMessage,
  ) {
    this.core = core
    this.transport = transport
    this.remoteAddress = remoteAddress
    this.httpRequest = request
    this.#lastPacketMs = this.openedAtMs
    this.hosted = new HostedConnection(this)
    this.wire = new Wire(socket, transport === 'ws', core.limits.maxPacketBytes, {
      packet: (bytes, start, body, end) => this.#packet(bytes, start, body, end),
      bad: (problem, detail) => this.end(problem, detail),
      lost: () => this.end('connection_lost'),
      drained: () => this.drained(),
      received: (count) => {
        core.counters.bytesIn += count
      },
    })
  }

  get out(): OutQueue {
    return this.wire.out
  }

  get alive(): boolean {
    return this.state !== 'ended'
  }

  /** Set from acceptance on. */
  get client(): ClientRecord<P> {
    if (!this.#client) throw new Error('the connection is not accepted yet')
    return this.#client
  }

  get session(): Session {
    if (!this.#session) throw new Error('the connection has no session yet')
    return this.#session
  }

  get accepted(): boolean {
    return this.state === 'ready'
  }

  /** Authentication succeeded: from here on the connection serves a session. */
  bind(client: ClientRecord<P>, session: Session, connect: ConnectPacket, group?: string): void {
    const { limits, retained, retainedTurns, live, groups } = this.core
    this.#group = group ?? null
    this.#client = client
    this.#session = session
    this.httpRequest = undefined
    this.state = 'connecting'
    if (connect.keepAliveSeconds > 0) this.keepAliveMs = connect.keepAliveSeconds * 1_500
    this.publishes = new PublishPath(this.core, this, group === undefined ? null : groups.enter(group))
    this.retained = new RetainedDelivery(session, retained, retainedTurns, limits.slowConsumerDropBytes / 2)
    this.wire.throttleWhile(() => this.publishes?.full ?? false)
    session.attach(this)
    live.set(client.sessionId, this)
  }

  /** The client has its CONNACK. */
  ready(): void {
    if (this.state !== 'connecting') return
    this.state = 'ready'
    this.#lastPacketMs = Date.now()
    this.core.events.emit('connected', { client: this.client })
    // A listener may have ended it.
    if (this.alive) this.session.open()
  }

  relieved(): void {
    if (this.alive) this.wire.readOn()
  }

  drained(): void {
    if (!this.alive) return
    this.#session?.drain()
    this.retained?.pump()
  }

  /** Ends the connection, once, before it returns: whatever the reason, everything goes through here. */
  end(reason: DisconnectReason, detail?: string): void {
    if (this.state === 'ended') return
    const wasReady = this.state === 'ready'
    this.state = 'ended'
    const { core } = this
    const client = this.#client
    core.connections.delete(this)
    core.addresses.leave(this.remoteAddress)
    if (this.#group !== null) core.groups.leave(this.#group)
    this.#reportMalformed(reason, detail)
    this.#reportDropped(core.nowMs)
    this.wire.close(gentle.has(reason) ? 'gracefully' : 'now', closeCodes[reason])
    core.counters.bytesOut += this.out.bytesWritten
    this.retained?.stop()
    if (client && core.live.get(client.sessionId) === this) core.live.delete(client.sessionId)
    this.publishes?.stop()
    const session = this.#session
    if (session && session.link === this) core.sessions.release(session)
    this.protocol?.close(reason !== 'server_stopping')
    if (!client || !wasReady) return
    core.counters.disconnected(reason)
    core.events.emit('disconnected', { client, reason })
  }

  get takenBytes(): number {
    return this.wire.takenBytes
  }

  /** Not at once: this comes from the midst of a delivery to many. */
  overwhelmed(): void {
    if (this.#overwhelmed) return
    this.#overwhelmed = true
    setImmediate(() => this.end('slow_consumer'))
  }

  droppedFor(topic: string): void {
    this.#dropped++
    this.#droppedTopic = topic
  }

  /** Watches the clock; called a few times a second. */
  sweep(nowMs: number, elapsedMs: number): void {
    const overdue = this.#overdue(nowMs)
    if (overdue) this.end(overdue)
    else this.publishes?.sweep(nowMs, elapsedMs)
    if (this.#dropped > 0 && nowMs - this.#droppedEventMs > 1_000) this.#reportDropped(nowMs)
  }

  #overdue(nowMs: number): DisconnectReason | null {
    const { connectTimeoutMs, slowConsumerCutBytes, slowConsumerTimeoutMs } = this.core.limits
    if (this.state === 'opening' && nowMs - this.openedAtMs > connectTimeoutMs) return 'timeout'
    if (nowMs >= this.expiresAtMs) return 'expired'
    // Whom we do not read we cannot hear.
    if (this.publishes?.full) this.#lastPacketMs = nowMs
    if (this.state === 'ready' && nowMs - this.#lastPacketMs > this.keepAliveMs) return 'keep_alive'
    const backlogBytes = this.out.backlogBytes
    const { takenBytes } = this.wire
    if (backlogBytes === 0 || takenBytes > this.#takenBytes) {
      this.#takenBytes = takenBytes
      this.#takenSinceMs = nowMs
    }
    const stuck = nowMs - this.#takenSinceMs > slowConsumerTimeoutMs
    return stuck || backlogBytes > slowConsumerCutBytes ? 'slow_consumer' : null
  }

  #packet(bytes: Buffer, start: number, body: number, end: number): void {
    if (this.state !== 'opening' && this.state !== 'ready') return
    this.#lastPacketMs = this.core.nowMs
    const problem =
      this.state === 'opening'
        ? this.#connect(bytes, start, body, end)
        : this.#handle(bytes, start, body, end)
    if (problem !== null) this.end('malformed', problem)
    else if (this.core.work.exhausted) this.#yield()
  }

  /** What else it has sent has to wait until others had their turn. */
  #yield(): void {
    this.wire.hold(turnIsOver)
    this.core.work.defer(this)
  }

  goOn(): void {
    if (this.alive) this.wire.resume(turnIsOver)
  }

  /** Deals with one packet of an accepted client; returns what is malformed, if anything. */
  #handle(bytes: Buffer, start: number, body: number, end: number): string | null {
    const first = bytes[start] as number
    const type = first >> 4
    if (type === PacketType.publish) return this.publishes?.receive(bytes, start, body, end) ?? null
    if (type === PacketType.subscribe || type === PacketType.unsubscribe) {
      return this.#filters(type, bytes, start, body, end)
    }
    const hasId = type >= PacketType.puback && type <= PacketType.pubcomp
    if ((first & 15) !== (type === PacketType.pubrel ? 2 : 0)) return 'reserved bits in the fixed header'
    if (end - body !== (hasId ? 2 : 0)) return 'packet length'
    if (hasId) this.#acknowledgement(type, bytes.readUInt16BE(body))
    else if (type === PacketType.pingreq) this.out.packet(pingresp)
    else if (type === PacketType.disconnect) this.#handOver(bytes, start, end)
    else return `packet type ${type}`
    return null
  }

  #acknowledgement(type: number, packetId: number): void {
    const { session } = this
    if (type === PacketType.pubrel) this.publishes?.release(packetId)
    else if (type === PacketType.pubrec) session.outbound.received(this.out, packetId)
    else {
      session.outbound.acknowledged(packetId, type)
      session.drain()
      this.retained?.pump()
    }
  }

  #connect(bytes: Buffer, start: number, body: number, end: number): string | null {
    if ((bytes[start] as number) >> 4 !== PacketType.connect) return 'the first packet is no CONNECT'
    const outcome = readConnect(bytes, start, body, end)
    if (outcome.kind === 'malformed') return outcome.detail
    this.state = 'authenticating'
    this.wire.hold()
    void admit(this, outcome, Buffer.from(bytes.subarray(start, end)))
    return null
  }

  /** SUBSCRIBE and UNSUBSCRIBE go to aedes; what comes behind them waits until it is done. */
  #filters(type: number, bytes: Buffer, start: number, body: number, end: number): string | null {
    const read = type === PacketType.subscribe ? readSubscribe : readUnsubscribe
    const problem = this.hosted.expect(read(bytes, start, body, end))
    if (problem === null) this.#handOver(bytes, start, end)
    return problem
  }

  #handOver(bytes: Buffer, start: number, end: number): void {
    this.wire.hold()
    this.protocol?.feed(bytes.subarray(start, end))
  }

  #reportMalformed(reason: DisconnectReason, detail: string | undefined): void {
    if (reason !== 'malformed' && reason !== 'too_large' && reason !== 'quota' && reason !== 'rate') return
    const stage = this.state === 'ended' && !this.#client ? 'connect' : 'publish'
    const { sessionId, clientId } = this.#client ?? {}
    const event = { stage, reason, remoteAddress: this.remoteAddress } as const
    this.core.refuse({
      ...event,
      ...(sessionId === undefined ? {} : { sessionId, clientId: clientId ?? '' }),
      ...(this.#client ? { client: this.#client } : {}),
      ...(detail === undefined ? {} : { detail }),
    })
  }

  #reportDropped(nowMs: number): void {
    if (this.#dropped === 0 || !this.#client) return
    const event = { client: this.#client, reason: 'slow_consumer', topic: this.#droppedTopic } as const
    this.core.events.emit('dropped', { ...event, count: this.#dropped })
    this.#dropped = 0
    this.#droppedEventMs = nowMs
  }
}

// A peer that still listens is told; the others are cut at once.
const gentle = new Set<DisconnectReason>(['client', 'malformed', 'too_large', 'server_stopping'])

const closeCodes: Partial<Record<DisconnectReason, number>> = {
  server_stopping: 1001,
  not_authorized: 1008,
  revoked: 1008,
  expired: 1008,
  rate: 1008,
  too_large: 1009,
  server_error: 1011,
}

/** Beside 1, for a packet that somebody else is busy with. */
const turnIsOver = 2

const pingresp = Buffer.from([0xd0, 0])
