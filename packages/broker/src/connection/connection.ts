import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Core } from '../core/core.js'
import type { LiveConnection } from '../core/live-connection.js'
import { ClientShare } from '../fairness/client-share.js'
import type { GroupRate } from '../fairness/group-rates.js'
import { WorkUnits } from '../fairness/scheduler.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { DisconnectReason, ProtocolVersion, Transport, UnretainedReason } from '../interface/types.js'
import type { AnswerRules } from '../packets/answers.js'
import { type ConnectPacket, readConnect, type Will } from '../packets/connect.js'
import { prefixProblem } from '../packets/connect-prefix.js'
import { PacketType } from '../packets/encode.js'
import type { IncompletePacket, Packet } from '../packets/packet-reader.js'
import type { Session, SessionLink } from '../sessions/session.js'
import { MqttSocket, type MqttSocketEvents } from '../transport/mqtt-socket.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { admit, type ClientRecord, type NamedByHost } from './admission.js'
import { closeCodes, gracefulReasons, isReported } from './close-codes.js'
import { nextConnectionId } from './connection-id.js'
import { type ConnectionState, Deadlines, type WatchedClient } from './deadlines.js'
import { DropReport } from './drop-report.js'
import { PublishHandler } from './publish-handler.js'
import { SubscriptionHandler } from './subscription-handler.js'
import { UnretainedReport } from './unretained-report.js'

/** One client on one socket, from its first byte to its end. */
export class Connection<P> implements LiveConnection<P>, SessionLink, MqttSocketEvents, WatchedClient {
  readonly id = nextConnectionId()
  readonly transport: Transport
  readonly remoteAddress: string
  /** The upgrade request, until the CONNECT is decided: it takes much memory, and is not needed later. */
  httpRequest: IncomingMessage | undefined
  readonly deadlines = new Deadlines(performance.now())
  readonly socket: MqttSocket
  readonly core: Core<P>
  readonly subscriptions: SubscriptionHandler<P>
  state: ConnectionState = 'opening'
  readonly protocol: { readonly version: ProtocolVersion; readonly rules: AnswerRules } = protocolOf3
  /** Made when the client publishes for the first time: most connections are idle. */
  #publishes: PublishHandler<P> | null = null
  #client: ClientRecord<P> | null = null
  #session: Session | null = null
  /** Sent when the connection ends, unless by DISCONNECT. */
  #will: Will | null = null
  /** Whom it counts towards. */
  account: QuotaAccount = { owner: '', group: '' }
  #groupRate: GroupRate | null = null
  readonly #share: ClientShare
  #endScheduled = false
  /** A PUBACK or PUBCOMP came in the chunk that is being read. */
  #acknowledged = false
  #drops: DropReport<P> | null = null
  #unretained: UnretainedReport<P> | null = null

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
    this.subscriptions = new SubscriptionHandler(this)
    this.socket = new MqttSocket(socket, transport, core.limits.maxPacketBytes, this)
    this.#share = new ClientShare(core.scheduler, this.socket)
  }

  get out(): OutgoingQueue {
    return this.socket.out
  }

  get alive(): boolean {
    return this.state !== 'ended'
  }

  get accepted(): boolean {
    return this.state === 'ready'
  }

  get client(): ClientRecord<P> {
    if (!this.#client) throw new Error('the connection is not accepted yet')
    return this.#client
  }

  get session(): Session {
    if (!this.#session) throw new Error('the connection has no session yet')
    return this.#session
  }

  get partialBytes(): number {
    return this.socket.partialBytes
  }

  get pendingPublishes(): number {
    return this.#publishes?.pending ?? 0
  }

  get backlog(): { messages: number; bytes: number } {
    const { size, bytes } = this.session.outbound.queue
    return { messages: size, bytes: this.out.backlogBytes + bytes }
  }

  get takenBytes(): number {
    return this.socket.takenBytes
  }

  get backlogBytes(): number {
    return this.out.backlogBytes
  }

  /** A client that is too fast, or does not take what it is sent, is not read. */
  get throttled(): boolean {
    return (this.#publishes?.full ?? false) || this.out.exceeds(this.core.limits.slowConsumerCutBytes / 4)
  }

  /** The CONNECT is allowed: from here on the connection serves a session. */
  bind(client: ClientRecord<P>, session: Session, connect: ConnectPacket, named: NamedByHost): void {
    const { account, maxPacketBytes } = named
    const { live, addresses, limits } = this.core
    if (maxPacketBytes !== undefined)
      this.socket.limitPackets(Math.min(maxPacketBytes, limits.maxPacketBytes))
    this.account = account
    this.#enterShares()
    addresses.authenticated(this.remoteAddress)
    this.#client = client
    this.#session = session
    this.#will = connect.will
    this.httpRequest = undefined
    this.state = 'connecting'
    if (connect.keepAliveSeconds > 0) this.deadlines.keepAliveMs = connect.keepAliveSeconds * 1_500
    session.attach(this)
    live.set(client.sessionId, this)
  }

  /** The client has its CONNACK: the packets that it sent behind its CONNECT are handled now. */
  ready(): void {
    if (this.state !== 'connecting') return
    this.state = 'ready'
    this.deadlines.heard(performance.now())
    this.core.events.emit('connected', { client: this.client })
    // A listener may have ended it.
    if (!this.alive) return
    this.session.open()
    this.socket.resume()
  }

  /** Ends the connection, once, before it returns. Every end, whatever its reason, comes through here. */
  end(reason: DisconnectReason, detail?: string): void {
    if (this.state === 'ended') return
    const wasReady = this.state === 'ready'
    this.state = 'ended'
    const { core } = this
    const client = this.#client
    core.connections.delete(this)
    core.addresses.leave(this.remoteAddress, { authenticated: client !== null })
    if (client) this.#leaveShares()
    this.#reportRefusal(reason, detail)
    this.#drops?.flush(core.nowMs)
    this.#unretained?.flush(core.nowMs)
    this.socket.close(gracefulReasons.has(reason) ? 'gracefully' : 'now', closeCodes[reason])
    core.counters.bytesOut += this.out.bytesWritten
    this.subscriptions.stop()
    if (client && core.live.get(client.sessionId) === this) core.live.delete(client.sessionId)
    this.#publishes?.stop()
    const session = this.#session
    if (session && session.link === this) core.sessions.release(session)
    if (this.#will && reason !== 'server_stopping') core.aedes.sendWill(this.subscriptions, this.#will)
    this.#will = null
    if (!client || !wasReady) return
    core.counters.disconnected(reason)
    core.events.emit('disconnected', { client, reason })
  }

  stopReading(): void {
    this.socket.pause()
  }

  onceClosed(callback: () => void): void {
    this.socket.onceClosed(callback)
  }

  extend(expiresAtMs: number): void {
    this.deadlines.expiresAtMs = expiresAtMs
  }

  setPrincipal(principal: P): void {
    this.client.principal = principal
    this.subscriptions.recheck()
  }

  sweep(nowMs: number, elapsedMs: number): void {
    const missed = this.deadlines.missed(this, this.core.limits, nowMs)
    if (missed) this.end(missed)
    else this.#publishes?.sweep(nowMs, elapsedMs)
    this.#share.decay(elapsedMs)
    this.#drops?.sweep(nowMs)
    this.#unretained?.sweep(nowMs)
    this.socket.pingWhenIdle(nowMs, this.core.limits.webSocketPingMs)
  }

  packet(packet: Packet): void {
    if (this.state !== 'ready' && this.state !== 'opening') return
    this.deadlines.heard(this.core.nowMs)
    const { scheduler } = this.core
    const before = scheduler.spent
    scheduler.spend(WorkUnits.packet)
    const problem = this.state === 'ready' ? this.#handle(packet) : this.#connect(packet)
    if (problem !== null) this.end('malformed', problem)
    else this.#share.charge(scheduler.spent - before)
  }

  /** A first packet that can be no CONNECT is not waited for until a deadline. */
  partialPacket(part: IncompletePacket): void {
    if (this.state !== 'opening') return
    const problem = prefixProblem(part)
    if (problem !== null) this.end('malformed', problem)
  }

  invalidPacket(problem: 'too_large' | 'malformed', detail: string): void {
    this.end(problem, detail)
  }

  lost(): void {
    this.core.tasks.run(() => this.end('connection_lost'))
  }

  received(bytes: number): void {
    this.core.counters.bytesIn += bytes
    this.#share.begin()
    this.#share.received(bytes)
  }

  resumed(): void {
    this.#share.begin()
  }

  /** Drains once per chunk: all acknowledgements in it make room, and the messages for it leave together. */
  packetsDone(): void {
    const workMs = this.#share.end()
    this.#publishes?.countTowardsRates(workMs)
    if (!this.#acknowledged) return
    this.#acknowledged = false
    this.drained()
  }

  drained(): void {
    if (!this.alive) return
    this.#session?.drain()
    this.subscriptions.sendRetained()
    this.socket.readMore()
  }

  /** Reads the socket again, after `PublishHandler.full`. */
  readMore(): void {
    if (this.alive) this.socket.readMore()
  }

  /** The end is put off to the next turn: this is called in the middle of a delivery to many. */
  queueOverflowed(): void {
    if (this.#endScheduled) return
    this.#endScheduled = true
    setImmediate(() => this.end('slow_consumer'))
  }

  dropped(topic: string): void {
    this.#drops ??= new DropReport(this.core, this.client)
    this.#drops.add(topic)
  }

  unretained(topic: string, reason: UnretainedReason): void {
    this.#unretained ??= new UnretainedReport(this.core, this.client)
    this.#unretained.add(topic, reason)
  }

  /** Handles one packet of an accepted client; returns what is malformed, or null. */
  #handle(packet: Packet): string | null {
    const { bytes, start, body, end } = packet
    const first = bytes.buffer[start] as number
    const type = first >> 4
    if (type === PacketType.publish) return this.#publishing().receive(packet)?.detail ?? null
    if (type === PacketType.subscribe || type === PacketType.unsubscribe) {
      this.core.scheduler.spend((end - body) * WorkUnits.filterByte)
      return type === PacketType.subscribe
        ? this.subscriptions.subscribe(packet)
        : this.subscriptions.unsubscribe(packet)
    }
    const hasId = type >= PacketType.puback && type <= PacketType.pubcomp
    if ((first & 15) !== (type === PacketType.pubrel ? 2 : 0)) return 'reserved bits in the fixed header'
    if (end - body !== (hasId ? 2 : 0)) return 'packet length'
    if (hasId) this.#acknowledgement(type, bytes.view.getUint16(body))
    else if (type === PacketType.pingreq) this.out.packet(pingresp)
    else if (type === PacketType.disconnect) this.#disconnect()
    else return `packet type ${type}`
    return null
  }

  #publishing(): PublishHandler<P> {
    this.#publishes ??= new PublishHandler(this.core, this, this.#groupRate)
    return this.#publishes
  }

  #acknowledgement(type: number, packetId: number): void {
    const { session } = this
    if (type === PacketType.pubrel) this.#publishing().releaseId(packetId)
    else if (type === PacketType.pubrec) session.outbound.received(this.out, packetId)
    else {
      session.outbound.acknowledged(packetId, type)
      this.#acknowledged = true
    }
  }

  #connect(packet: Packet): string | null {
    if ((packet.bytes.buffer[packet.start] as number) >> 4 !== PacketType.connect)
      return 'the first packet is no CONNECT'
    const outcome = readConnect(packet)
    if (outcome.kind === 'malformed') return outcome.violation.detail
    this.state = 'authenticating'
    this.socket.pause()
    admit(this, outcome)
    return null
  }

  /** The will is not sent [MQTT-3.14.4-3]. */
  #disconnect(): void {
    this.#will = null
    this.socket.pause()
    this.core.tasks.run(() => this.end('client'))
  }

  #enterShares(): void {
    const { groups, groupWork, ownerWork, connectionShares } = this.core
    const { owner, group } = this.account
    connectionShares.enter(this.account)
    if (group !== '') {
      this.#groupRate = groups.enter(group)
      this.#share.group = groupWork.enter(group)
    }
    if (owner !== '') this.#share.owner = ownerWork.enter(owner)
  }

  #leaveShares(): void {
    const { groups, groupWork, ownerWork, connectionShares } = this.core
    const { owner, group } = this.account
    connectionShares.leave(this.account)
    if (group !== '') {
      groups.leave(group)
      groupWork.leave(group)
    }
    if (owner !== '') ownerWork.leave(owner)
  }

  #reportRefusal(reason: DisconnectReason, detail: string | undefined): void {
    if (!isReported(reason)) return
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

const protocolOf3 = {
  version: 4,
  rules: { tellsProblems: true, maximumPacketSize: Number.POSITIVE_INFINITY },
} as const
const pingresp = Buffer.from([0xd0, 0])
