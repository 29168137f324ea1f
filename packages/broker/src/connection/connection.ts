import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Core } from '../core.js'
import type { GroupRate } from '../fairness/group-rates.js'
import type { Bytes } from '../packets/bytes.js'
import { type ConnectPacket, readConnect, type Will } from '../packets/connect.js'
import { PacketType } from '../packets/encode.js'
import type { Rest } from '../packets/reader.js'
import type { RetainedDelivery } from '../sessions/retained-delivery.js'
import type { Session, SessionLink } from '../sessions/session.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { ClientInfo, DisconnectReason, Transport } from '../types.js'
import { admit } from './admission.js'
import { closeCodes, gentleReasons } from './close-codes.js'
import { nextConnectionId } from './connection-id.js'
import { type Awaited, Deadlines } from './deadlines.js'
import { DropReport } from './drop-report.js'
import { HostedConnection } from './hosted.js'
import { PublishPath } from './publish-path.js'
import { TurnTaker } from './turn-taker.js'
import { Wire, type WireEvents } from './wire.js'

export type ConnectionState = 'opening' | 'authenticating' | 'connecting' | 'ready' | 'ended'

export interface ClientRecord<P> extends ClientInfo<P> {
  principal: P
}

/** One client on one socket, from its first byte to its end. */
export class Connection<P> implements SessionLink, WireEvents, Awaited {
  readonly id = nextConnectionId()
  readonly transport: Transport
  readonly remoteAddress: string
  /** The upgrade request, until CONNECT is decided: it is large, and nobody asks for it later. */
  httpRequest: IncomingMessage | undefined
  readonly deadlines = new Deadlines(Date.now())
  readonly wire: Wire
  readonly core: Core<P>
  readonly hosted: HostedConnection<P>
  state: ConnectionState = 'opening'
  /** Made when it publishes for the first time: most connections are idle. */
  publishes: PublishPath<P> | null = null
  /** Made when it subscribes for the first time. */
  retained: RetainedDelivery | null = null
  #client: ClientRecord<P> | null = null
  #session: Session | null = null
  /** Sent when the connection ends, unless by DISCONNECT. */
  #will: Will | null = null
  #group: string | null = null
  #groupRate: GroupRate | null = null
  readonly #turns: TurnTaker
  #overwhelmed = false
  #acknowledged = false
  #drops: DropReport<P> | null = null

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
    this.hosted = new HostedConnection(this)
    this.wire = new Wire(socket, transport === 'ws', core.limits.maxPacketBytes, this)
    this.#turns = new TurnTaker(core.work, this.wire)
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
    const { live, groups } = this.core
    if (group !== undefined) this.#groupRate = groups.enter(group)
    this.#group = group ?? null
    this.#client = client
    this.#session = session
    this.#will = connect.will
    this.httpRequest = undefined
    this.state = 'connecting'
    if (connect.keepAliveSeconds > 0) this.deadlines.keepAliveMs = connect.keepAliveSeconds * 1_500
    session.attach(this)
    live.set(client.sessionId, this)
  }

  /** The client has its CONNACK: what it sent behind its CONNECT has its turn. */
  ready(): void {
    if (this.state !== 'connecting') return
    this.state = 'ready'
    this.deadlines.heard(Date.now())
    this.core.events.emit('connected', { client: this.client })
    // A listener may have ended it.
    if (!this.alive) return
    this.session.open()
    this.wire.resume()
  }

  relieved(): void {
    if (this.alive) this.wire.readOn()
  }

  drained(): void {
    if (!this.alive) return
    this.#session?.drain()
    this.retained?.pump()
    this.wire.readOn()
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
    this.#drops?.flush(core.nowMs)
    this.wire.close(gentleReasons.has(reason) ? 'gracefully' : 'now', closeCodes[reason])
    core.counters.bytesOut += this.out.bytesWritten
    this.retained?.stop()
    if (client && core.live.get(client.sessionId) === this) core.live.delete(client.sessionId)
    this.publishes?.stop()
    const session = this.#session
    if (session && session.link === this) core.sessions.release(session)
    if (this.#will && reason !== 'server_stopping') core.host.sendWill(this.hosted, this.#will)
    this.#will = null
    if (!client || !wasReady) return
    core.counters.disconnected(reason)
    core.events.emit('disconnected', { client, reason })
  }

  packet(bytes: Bytes, start: number, body: number, end: number, rest: Rest): void {
    if (this.state !== 'ready' && this.state !== 'opening') return
    this.deadlines.heard(this.core.nowMs)
    const { work } = this.core
    const before = work.spent
    work.spend(unitsPerPacket)
    const problem =
      this.state === 'ready'
        ? this.#handle(bytes, start, body, end, rest)
        : this.#connect(bytes.buffer, start, body, end)
    if (problem !== null) this.end('malformed', problem)
    else this.#turns.spent(work.spent - before)
  }

  bad(problem: 'too_large' | 'malformed', detail: string): void {
    this.end(problem, detail)
  }

  lost(): void {
    this.core.pace.run(() => this.end('connection_lost'))
  }

  received(bytes: number): void {
    this.core.counters.bytesIn += bytes
    this.#turns.received(bytes)
  }

  /** What came in one go has been dealt with: what it made room for goes out together. */
  read(): void {
    this.publishes?.spend()
    if (!this.#acknowledged) return
    this.#acknowledged = false
    this.drained()
  }

  /** Who is too fast, or does not take our answers, is not read. */
  get throttled(): boolean {
    return (this.publishes?.full ?? false) || this.out.exceeds(this.core.limits.slowConsumerCutBytes / 4)
  }

  get takenBytes(): number {
    return this.wire.takenBytes
  }

  get backlogBytes(): number {
    return this.out.backlogBytes
  }

  /** Not at once: this comes from the midst of a delivery to many. */
  overwhelmed(): void {
    if (this.#overwhelmed) return
    this.#overwhelmed = true
    setImmediate(() => this.end('slow_consumer'))
  }

  droppedFor(topic: string): void {
    this.#drops ??= new DropReport(this.core, this.client)
    this.#drops.add(topic)
  }

  /** Watches the clock; called a few times a second. */
  sweep(nowMs: number, elapsedMs: number): void {
    const missed = this.deadlines.missed(this, this.core.limits, nowMs)
    if (missed) this.end(missed)
    else this.publishes?.sweep(nowMs, elapsedMs)
    this.#drops?.sweep(nowMs)
  }

  /** Deals with one packet of an accepted client; returns what is malformed, if anything. */
  #handle(bytes: Bytes, start: number, body: number, end: number, rest: Rest): string | null {
    const { buffer } = bytes
    const first = buffer[start] as number
    const type = first >> 4
    if (type === PacketType.publish) return this.#publishing().receive(bytes, start, body, end, rest)
    if (type === PacketType.subscribe || type === PacketType.unsubscribe)
      this.core.work.spend((end - body) * unitsPerFilterByte)
    if (type === PacketType.subscribe) return this.hosted.subscribe(buffer, start, body, end)
    if (type === PacketType.unsubscribe) return this.hosted.unsubscribe(buffer, start, body, end)
    const hasId = type >= PacketType.puback && type <= PacketType.pubcomp
    if ((first & 15) !== (type === PacketType.pubrel ? 2 : 0)) return 'reserved bits in the fixed header'
    if (end - body !== (hasId ? 2 : 0)) return 'packet length'
    if (hasId) this.#acknowledgement(type, bytes.view.getUint16(body))
    else if (type === PacketType.pingreq) this.out.packet(pingresp)
    else if (type === PacketType.disconnect) this.#disconnect()
    else return `packet type ${type}`
    return null
  }

  #publishing(): PublishPath<P> {
    this.publishes ??= new PublishPath(this.core, this, this.#groupRate)
    return this.publishes
  }

  #acknowledgement(type: number, packetId: number): void {
    const { session } = this
    if (type === PacketType.pubrel) this.#publishing().release(packetId)
    else if (type === PacketType.pubrec) session.outbound.received(this.out, packetId)
    else {
      session.outbound.acknowledged(packetId, type)
      this.#acknowledged = true
    }
  }

  #connect(bytes: Buffer, start: number, body: number, end: number): string | null {
    if ((bytes[start] as number) >> 4 !== PacketType.connect) return 'the first packet is no CONNECT'
    const outcome = readConnect(bytes, start, body, end)
    if (outcome.kind === 'malformed') return outcome.detail
    this.state = 'authenticating'
    this.wire.hold()
    admit(this, outcome)
    return null
  }

  /** The will goes unsent [MQTT-3.14.4-3]. */
  #disconnect(): void {
    this.#will = null
    this.wire.hold()
    this.core.pace.run(() => this.end('client'))
  }

  #reportMalformed(reason: DisconnectReason, detail: string | undefined): void {
    if (reason !== 'malformed' && reason !== 'too_large' && reason !== 'quota' && reason !== 'rate') return
    const client = this.#client
    this.core.refuse({
      stage: client ? 'publish' : 'connect',
      reason,
      remoteAddress: this.remoteAddress,
      ...(client ? { sessionId: client.sessionId, clientId: client.clientId, client } : {}),
      ...(detail === undefined ? {} : { detail }),
    })
  }
}

const unitsPerPacket = 4
const unitsPerFilterByte = 2

const pingresp = Buffer.from([0xd0, 0])
