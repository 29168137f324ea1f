import type { Core } from '../core/core.js'
import type { Publisher, PublisherHold } from '../fairness/back-pressure.js'
import type { GroupMember, GroupRate } from '../fairness/group-rates.js'
import { HoldCooldown } from '../fairness/hold-cooldown.js'
import { PublishRate } from '../fairness/publish-rate.js'
import type { PublishDecision } from '../interface/hooks.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { MaybePromise } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import { PacketType } from '../packets/encode.js'
import type { Packet } from '../packets/packet-reader.js'
import { isSysTopic } from '../packets/topic.js'
import { Violation } from '../packets/violation.js'
import { isPromise } from '../policy/policy.js'
import type { RetainingClient } from '../retained/retainer.js'
import type { Session } from '../sessions/session.js'
import { type AcknowledgedClient, Acknowledgements } from './acknowledgements.js'
import { PublishReader } from './publish-reader.js'
import { denied, falseText, PublishRefusals, refusalOf, unknownId } from './publish-refusals.js'
import { RefusedMessages, type RefusedPublisher } from './refused-messages.js'

/** The connection, as its publishes need it. */
export interface PublishingClient<P> extends RetainingClient<P>, RefusedPublisher<P>, AcknowledgedClient {
  end(reason: 'undecided' | 'quota' | 'rate' | 'refused_messages', detail?: string): void
  /** Reads the socket again, after `full`. */
  readMore(): void
}

/**
 * Handles every PUBLISH of one client: reading, access rule, the host's decision, delivery, acknowledgement. Decisions
 * may take time; messages are delivered and acknowledged in the order in which they came [MQTT-4.6.0-2].
 */
export class PublishHandler<P> implements Publisher, GroupMember {
  readonly cooldown = new HoldCooldown()
  readonly #core: Core<P>
  readonly #connection: PublishingClient<P>
  readonly #reader: PublishReader
  readonly #acknowledgements: Acknowledgements
  readonly #rate: PublishRate
  readonly #groupRate: GroupRate | null
  readonly #holds = new Set<PublisherHold>()
  /** Messages that wait for their decision, for an earlier message, or for a hold to end. */
  #waiting: WaitingMessage[] = []
  #waitingBytes = 0
  /** Received since `countTowardsRates` was called last. */
  #uncountedMessages = 0
  #uncountedBytes = 0
  #ended = false
  #finishing = false
  #tooFastSinceMs = 0
  readonly #reports: PublishRefusals<P>
  readonly #refusals: RefusedMessages<P>

  constructor(core: Core<P>, connection: PublishingClient<P>, groupRate: GroupRate | null) {
    const { maxPublishesPerSecond, maxPublishBytesPerSecond } = core.limits
    this.#core = core
    this.#connection = connection
    this.#reader = new PublishReader(core.limits)
    this.#rate = new PublishRate(maxPublishesPerSecond, maxPublishBytesPerSecond)
    this.#groupRate = groupRate
    groupRate?.members.add(this)
    this.#reports = new PublishRefusals(core, connection.client)
    this.#refusals = new RefusedMessages(core, connection)
    this.#acknowledgements = new Acknowledgements(connection, core.writer, () => this.#readMore())
  }

  /** Too much waits, or came too fast: the socket is not read until `readMore`. */
  get full(): boolean {
    const { maxPendingPublishes, maxPendingBytes } = this.#core.limits
    const tooMuch = this.pending >= maxPendingPublishes || this.#waitingBytes >= maxPendingBytes
    return tooMuch || this.#rate.exceeded || (this.#groupRate?.exceeded ?? false) || this.#refusals.exceeded
  }

  /** Messages and acknowledgements that wait for a decision, a consumer or the store. */
  get pending(): number {
    return this.#waiting.length + this.#acknowledgements.waiting
  }

  get published(): { messages: number; bytes: number } {
    const { messages, bytes } = this.#rate
    return { messages, bytes }
  }

  groupTooFast(): void {
    this.#connection.end('rate', 'its group publishes faster than allowed, and it publishes more than most')
  }

  /** Takes one PUBLISH (section 3.3); returns what it breaks, or null. */
  receive(packet: Packet): Violation | null {
    const read = this.#reader.read(packet, this.#connection.protocol.version)
    if (read instanceof Violation) return read
    const { packetId } = this.#reader
    this.#uncountedMessages++
    const packetBytes = read.payloadBytes + read.payloadStart - read.start
    this.#uncountedBytes += packetBytes
    if (read.qos === 2) return this.#receiveOnce(read, packetId, packetBytes)
    this.#decide(read, packetId, packetBytes)
    return null
  }

  /** Counts what was received since the last call towards the rates. Handling it took `workMs`. */
  countTowardsRates(workMs: number): void {
    if (this.#uncountedMessages === 0) return
    this.#refusals.count(workMs / this.#uncountedBytes)
    this.#rate.spend(this.#uncountedMessages, this.#uncountedBytes)
    this.#groupRate?.spend(this.#uncountedMessages, this.#uncountedBytes)
    this.#uncountedMessages = 0
    this.#uncountedBytes = 0
  }

  /** PUBREL: the packet id is free again. An unknown id is acknowledged too [MQTT-4.3.3-2], in MQTT 5 as unknown. */
  releaseId(packetId: number): void {
    const session = this.#session
    const changesBefore = this.#core.writer?.changeCount
    const isUnknown = !session.inbound.has(packetId) && this.#connection.protocol.version === 5
    if (session.inbound.get(packetId) === 'decided') {
      session.inbound.delete(packetId)
      session.writer?.inboundRemoved(packetId)
    }
    this.#acknowledgements.add(PacketType.pubcomp, packetId, changesBefore, isUnknown ? unknownId : null)
  }

  hold(by: PublisherHold): void {
    if (!this.#ended) this.#holds.add(by)
  }

  release(by: PublisherHold): void {
    this.#holds.delete(by)
    this.#finishWaiting()
  }

  /** The connection is gone: what is decided is delivered without any hold. */
  stop(): void {
    this.#ended = true
    this.#groupRate?.members.delete(this)
    this.#refusals.stop()
    for (const hold of this.#holds) hold.forget(this)
    this.#holds.clear()
    this.#reports.flush(this.#core.nowMs)
    this.#finishWaiting()
  }

  /** Ends the connection when a decision or the store is overdue, or when it has been too fast for too long. */
  sweep(nowMs: number, elapsedMs: number): void {
    const { publishTimeoutMs, rateTimeoutMs } = this.#core.limits
    const oldest = this.#waiting[0]
    const undecidedMs = oldest?.decision === null ? nowMs - oldest.sinceMs : 0
    if (Math.max(undecidedMs, this.#acknowledgements.waitedMs(nowMs)) > publishTimeoutMs) {
      this.#connection.end('undecided', 'publish decision timed out')
    }
    if (this.#rate.exceeded && this.#tooFastSinceMs === 0) this.#tooFastSinceMs = nowMs
    this.#rate.refill(elapsedMs)
    if (this.#rate.rested) this.#tooFastSinceMs = 0
    if (this.#tooFastSinceMs > 0 && nowMs - this.#tooFastSinceMs > rateTimeoutMs) {
      this.#connection.end('rate', 'publishes faster than allowed')
    }
    this.#reports.sweep(nowMs)
    this.#readMore()
  }

  #readMore(): void {
    if (!this.full) this.#connection.readMore()
  }

  get #session(): Session {
    return this.#connection.session
  }

  #decide(message: Message, packetId: number, packetBytes: number): void {
    this.#core.counters.messagesIn++
    const allowed =
      !isSysTopic(message.topic) && this.#core.policy.authorizePublish(this.#connection.client, message)
    const decision = allowed ? this.#ask(message) : denied
    if (!allowed) this.#reports.denied(message.topic)
    else this.#refusals.add(packetBytes, isRefused(decision))
    if (!isPromise(decision)) {
      if (this.#waiting.length === 0 && this.#holds.size === 0) this.#finish(message, packetId, decision)
      else this.#wait(message, packetId, decision)
      return
    }
    const waiting = this.#wait(message, packetId, null)
    decision.then((value) => {
      waiting.decision = value
      this.#finishWaiting()
    })
  }

  /** The host's decision. It is not asked about a payload that is not the text it says it is [MQTT-3.3.2-4]. */
  #ask(message: Message): MaybePromise<PublishDecision | 'undecided'> {
    const { client } = this.#connection
    if (!this.#reader.isFalseText) return this.#core.policy.onPublish(client, message)
    this.#reports.falseText(message.topic)
    return falseText
  }

  #wait(message: Message, packetId: number, decision: WaitingMessage['decision']): WaitingMessage {
    const waiting = { message, packetId, decision, sinceMs: this.#core.nowMs, bytes: message.costBytes }
    this.#waiting.push(waiting)
    this.#waitingBytes += waiting.bytes
    return waiting
  }

  // Finishing one message may end this connection, or put a hold on it: then the rest is not for this call.
  #finishWaiting(): void {
    if (this.#finishing) return
    this.#finishing = true
    let count = 0
    for (; count < this.#waiting.length && this.#holds.size === 0; count++) {
      const { message, packetId, decision, bytes } = this.#waiting[count] as WaitingMessage
      if (decision === null) break
      this.#waitingBytes -= bytes
      this.#finish(message, packetId, decision)
    }
    this.#finishing = false
    if (count > 0) this.#waiting.splice(0, count)
    this.#readMore()
  }

  /** Delivers and acknowledges a message as it was decided. */
  #finish(message: Message, packetId: number, decision: PublishDecision | 'undecided'): void {
    if (decision === 'undecided') {
      this.#giveUp(message, packetId)
      return
    }
    const session = this.#session
    const { writer, counters } = this.#core
    message.decided()
    const changesBefore = writer?.changeCount
    const refusal = this.#connection.protocol.version === 5 ? refusalOf(decision) : null
    // Both changes are in one turn, and so in one write: after a crash the store has message and id, or neither.
    if (message.qos === 2 && refusal === null) session.writer?.inbound(packetId)
    if (decision === 'forward') {
      this.#core.retain(message, this.#connection)
      this.#core.route(message, this.#ended ? null : this, session)
    } else counters.droppedRefused++
    if (message.qos > 0) {
      const type = message.qos === 1 ? PacketType.puback : PacketType.pubrec
      this.#acknowledgements.add(type, packetId, changesBefore, refusal)
    }
    this.#core.policy.onDecided(message)
  }

  #giveUp(message: Message, packetId: number): void {
    if (message.qos === 2) this.#session.inbound.delete(packetId)
    this.#connection.end('undecided')
  }

  /** A QoS 2 packet id that came before is acknowledged if it is decided, and never published again. */
  #receiveOnce(message: Message, packetId: number, packetBytes: number): Violation | null {
    const { inbound } = this.#session
    const known = inbound.get(packetId)
    if (known === 'decided') this.#connection.out.acknowledge(PacketType.pubrec << 4, packetId)
    if (known !== undefined) return null
    if (inbound.size >= this.#core.limits.maxInboundQos2) return this.#tooManyUnreleased()
    inbound.set(packetId, 'pending')
    this.#decide(message, packetId, packetBytes)
    return null
  }

  #tooManyUnreleased(): Violation | null {
    const detail = 'too many QoS 2 messages without PUBREL'
    if (this.#connection.protocol.version === 5)
      return new Violation(ReasonCode.receiveMaximumExceeded, detail)
    this.#connection.end('quota', detail)
    return null
  }
}

interface WaitingMessage {
  message: Message
  packetId: number
  /** Null until it is decided. */
  decision: PublishDecision | 'undecided' | null
  sinceMs: number
  /** What it counts towards `maxPendingBytes`. */
  bytes: number
}

function isRefused(decision: MaybePromise<PublishDecision | 'undecided'>): boolean {
  return (
    decision === 'refuse' ||
    (typeof decision === 'object' && 'code' in decision && decision.decision === 'refuse')
  )
}
