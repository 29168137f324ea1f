import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Core } from '../core/core.js'
import type { LiveConnection } from '../core/live-connection.js'
import { ClientShare } from '../fairness/client-share.js'
import { WorkUnits } from '../fairness/scheduler.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { ReasonCode } from '../interface/reason-code.js'
import type { DisconnectReason, Transport, UnretainedReason } from '../interface/types.js'
import { readConnect } from '../packets/connect.js'
import { prefixProblem } from '../packets/connect-prefix.js'
import { PacketType } from '../packets/encode.js'
import type { IncompletePacket, Packet } from '../packets/packet-reader.js'
import { Violation } from '../packets/violation.js'
import type { Session } from '../sessions/session.js'
import type { SessionLink } from '../sessions/session-services.js'
import { MqttSocket, type MqttSocketEvents } from '../transport/mqtt-socket.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { admit, type ClientRecord, refuseMalformed } from './admission.js'
import { applyProtocol, type ClientProtocol, protocolOf, unknownProtocol } from './client-protocol.js'
import { ClientReports } from './client-reports.js'
import { closeCodes, gracefulReasons } from './close-codes.js'
import { nextConnectionId } from './connection-id.js'
import { ConnectionWill } from './connection-will.js'
import { type ConnectionState, Deadlines, type WatchedClient } from './deadlines.js'
import { sayFarewell } from './farewell.js'
import { PacketHandler } from './packet-handler.js'
import { reportRefusal } from './refusal-report.js'
import { ShareMembership } from './share-membership.js'
import type { SubscriptionHandler } from './subscription-handler.js'
import type { Terms } from './terms.js'

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
  state: ConnectionState = 'opening'
  readonly #packets: PacketHandler<P>
  #client: ClientRecord<P> | null = null
  #session: Session | null = null
  protocol: ClientProtocol = unknownProtocol
  #will: ConnectionWill<P> | null = null
  /** Whom it counts towards. */
  account: QuotaAccount = { owner: '', group: '' }
  #membership: ShareMembership<P> | null = null
  readonly #share: ClientShare
  #endScheduled = false
  readonly #reports: ClientReports<P>

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
    this.#packets = new PacketHandler(this)
    this.#reports = new ClientReports(core)
    this.socket = new MqttSocket(socket, transport, core.limits.maxPacketBytes, this)
    this.#share = new ClientShare(core.scheduler, this.socket)
  }

  get out(): OutgoingQueue {
    return this.socket.out
  }

  get subscriptions(): SubscriptionHandler<P> {
    return this.#packets.subscriptions
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
    return this.#packets.publishes?.pending ?? 0
  }

  get backlog(): { messages: number; bytes: number } {
    const { size, bytes } = this.session.outbound.queue
    return { messages: size, bytes: this.out.backlogBytes + bytes }
  }

  get takenBytes(): number {
    return this.socket.takenBytes
  }

  /** A client that is too fast, or does not take what it is sent, is not read. */
  get throttled(): boolean {
    return (
      (this.#packets.publishes?.full ?? false) || this.out.exceeds(this.core.limits.slowConsumerCutBytes / 4)
    )
  }

  /** The CONNECT is allowed: from here on the connection serves a session. */
  bind(client: ClientRecord<P>, session: Session, terms: Terms): void {
    const { account, maxPacketBytes, keepAliveSeconds, will } = terms
    const { core } = this
    this.socket.limitPackets(maxPacketBytes)
    this.account = account
    this.#membership = new ShareMembership(core, account, this.#share)
    this.#packets.groupRate = this.#membership.groupRate
    core.addresses.authenticated(this.remoteAddress)
    this.#client = client
    this.#session = session
    this.#will = will && new ConnectionWill(core, { client, account }, session, will)
    this.httpRequest = undefined
    this.state = 'connecting'
    if (keepAliveSeconds > 0) this.deadlines.keepAliveMs = keepAliveSeconds * 1_500
    applyProtocol(this.protocol, { out: this.out, outbound: session.outbound, limits: core.limits })
    session.attach(this)
    core.live.set(client.sessionId, this)
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

  /**
   * Ends the connection, once, before it returns. Every end, whatever its reason, comes through here. `code` is what a client
   * of MQTT 5 is told, unless it is the code of the reason.
   */
  end(reason: DisconnectReason, detail?: string, code?: ReasonCode): void {
    if (this.state === 'ended') return
    const wasReady = this.state === 'ready'
    const isTold = wasReady && sayFarewell(this.out, this.protocol, { reason, detail, code })
    this.state = 'ended'
    const { core } = this
    const client = this.#client
    core.connections.delete(this)
    core.addresses.leave(this.remoteAddress, { authenticated: client !== null })
    this.#membership?.leave()
    reportRefusal(this, client, { reason, detail })
    this.#reports.flush(core.nowMs)
    this.socket.close(isTold || gracefulReasons.has(reason) ? 'gracefully' : 'now', closeCodes[reason])
    core.counters.bytesOut += this.out.bytesWritten
    if (client && core.live.get(client.sessionId) === this) core.live.delete(client.sessionId)
    this.#packets.stop()
    if (reason === 'revoked') this.#will?.withdraw()
    const session = this.#session
    if (session && session.link === this) core.sessions.release(session)
    if (reason !== 'server_stopping') this.#will?.send()
    this.#will = null
    if (!client || !wasReady) return
    core.counters.disconnected(reason)
    core.events.emit('disconnected', { client, reason })
  }

  left({ sendsWill }: { sendsWill: boolean }): void {
    if (!sendsWill) this.#will?.discard()
    this.socket.pause()
    this.core.tasks.run(() => this.end('client'))
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
    else this.#packets.publishes?.sweep(nowMs, elapsedMs)
    this.#share.decay(elapsedMs)
    this.#reports.sweep(nowMs)
    this.socket.pingWhenIdle(nowMs, this.core.limits.webSocketPingMs)
  }

  packet(packet: Packet): void {
    if (this.state !== 'ready' && this.state !== 'opening') return
    this.deadlines.heard(this.core.nowMs)
    const { scheduler } = this.core
    const before = scheduler.spent
    scheduler.spend(WorkUnits.packet)
    const violation = this.state === 'ready' ? this.#packets.handle(packet) : this.#connect(packet)
    if (violation !== null) this.end('malformed', violation.detail, violation.code)
    else this.#share.charge(scheduler.spent - before)
  }

  /** A first packet that can be no CONNECT is not waited for. */
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
    this.#packets.publishes?.countTowardsRates(workMs)
    if (!this.#packets.acknowledged) return
    this.#packets.acknowledged = false
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
    this.#reports.dropped(this.client, topic)
  }

  unretained(topic: string, reason: UnretainedReason): void {
    this.#reports.unretained(this.client, topic, reason)
  }

  #connect(packet: Packet): Violation | null {
    if ((packet.bytes.buffer[packet.start] as number) >> 4 !== PacketType.connect)
      return Violation.protocol('the first packet is no CONNECT')
    const outcome = readConnect(packet)
    if (outcome.kind === 'malformed') return refuseMalformed(this.out, outcome)
    if (outcome.kind === 'connect') this.protocol = protocolOf(outcome.connect)
    this.state = 'authenticating'
    this.socket.pause()
    admit(this, outcome)
    return null
  }
}
