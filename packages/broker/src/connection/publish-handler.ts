import type { Core } from '../core/core.js'
import type { Publisher, PublisherHold } from '../fairness/back-pressure.js'
import type { GroupMember, GroupRate } from '../fairness/group-rates.js'
import { HoldCooldown } from '../fairness/hold-cooldown.js'
import { PublishRate } from '../fairness/publish-rate.js'
import type { PublishDecision } from '../interface/hooks.js'
import { Message } from '../messages/message.js'
import { PacketType } from '../packets/encode.js'
import type { Packet } from '../packets/packet-reader.js'
import { isBridgeNotification, isSysTopic } from '../packets/topic.js'
import type { RetainingClient } from '../retained/retainer.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { Acknowledgements } from './acknowledgements.js'
import { denialReport } from './denial-report.js'
import { RefusedMessages, type RefusedPublisher } from './refused-messages.js'
import { TopicCache } from './topic-cache.js'
import type { TopicReport } from './topic-report.js'

/** The connection, as its publishes need it. */
export interface PublishingClient<P> extends RetainingClient<P>, RefusedPublisher<P> {
  readonly session: Session
  readonly out: OutgoingQueue
  readonly alive: boolean
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
  readonly #topics: TopicCache
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
  /** Made when a publish is denied for the first time. */
  #denials: TopicReport | null = null
  readonly #refusals: RefusedMessages<P>

  constructor(core: Core<P>, connection: PublishingClient<P>, groupRate: GroupRate | null) {
    const { maxPublishesPerSecond, maxPublishBytesPerSecond } = core.limits
    this.#core = core
    this.#connection = connection
    this.#topics = new TopicCache(core.limits)
    this.#rate = new PublishRate(maxPublishesPerSecond, maxPublishBytesPerSecond)
    this.#groupRate = groupRate
    groupRate?.members.add(this)
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

  /** Takes one PUBLISH (section 3.3); returns what is malformed, or null. */
  receive({ bytes, start, body, end, rest }: Packet): string | null {
    const { view } = bytes
    const flags = view.getUint8(start) & 15
    const qos = (flags >> 1) & 3
    if (qos === 3) return 'PUBLISH: QoS 3'
    if (qos === 0 && flags & 8) return 'PUBLISH: DUP with QoS 0'
    const topicStart = body + 2
    let at = topicStart <= end ? topicStart + view.getUint16(body) : Number.POSITIVE_INFINITY
    const problem = at > end ? 'truncated' : this.#topics.read(bytes, topicStart, at)
    if (problem !== null) return `PUBLISH: ${problem}`
    let packetId = 0
    if (qos > 0) {
      packetId = at + 2 <= end ? view.getUint16(at) : 0
      if (packetId === 0) return 'PUBLISH: packet id'
      at += 2
    }
    const message = Message.received(this.#topics.topic, flags, {
      bytes,
      start,
      body,
      payload: at,
      end,
      rest,
    })
    this.#uncountedMessages++
    const packetBytes = message.payloadBytes + at - start
    this.#uncountedBytes += packetBytes
    if (qos < 2 || this.#isNew(packetId)) this.#decide(message, packetId, packetBytes)
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

  /** PUBREL: the packet id is free again. An unknown id is acknowledged too [MQTT-4.3.3-2]. */
  releaseId(packetId: number): void {
    const { session } = this.#connection
    const changesBefore = this.#core.writer?.changeCount
    if (session.inbound.get(packetId) === 'decided') {
      session.inbound.delete(packetId)
      session.writer?.inboundRemoved(packetId)
    }
    this.#acknowledgements.add(PacketType.pubcomp, packetId, changesBefore)
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
    this.#denials?.flush(this.#core.nowMs)
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
    this.#denials?.sweep(nowMs)
    this.#readMore()
  }

  #readMore(): void {
    if (!this.full) this.#connection.readMore()
  }

  #decide(message: Message, packetId: number, packetBytes: number): void {
    const { policy } = this.#core
    const { client } = this.#connection
    this.#core.counters.messagesIn++
    const allowed = !isSysTopic(message.topic) && policy.authorizePublish(client, message)
    const decision = allowed ? policy.onPublish(client, message) : 'drop'
    if (!allowed) this.#denied(message.topic)
    else this.#refusals.add(packetBytes, decision === 'refuse')
    if (typeof decision === 'string') {
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

  #wait(message: Message, packetId: number, decision: WaitingMessage['decision']): WaitingMessage {
    const waiting = { message, packetId, decision, sinceMs: this.#core.nowMs }
    this.#waiting.push(waiting)
    this.#waitingBytes += message.costBytes
    return waiting
  }

  // Finishing one message may end this connection, or put a hold on it: then the rest is not for this call.
  #finishWaiting(): void {
    if (this.#finishing) return
    this.#finishing = true
    let count = 0
    for (; count < this.#waiting.length && this.#holds.size === 0; count++) {
      const { message, packetId, decision } = this.#waiting[count] as WaitingMessage
      if (decision === null) break
      this.#waitingBytes -= message.costBytes
      this.#finish(message, packetId, decision)
    }
    this.#finishing = false
    if (count > 0) this.#waiting.splice(0, count)
    this.#readMore()
  }

  /** Delivers and acknowledges a message as it was decided. */
  #finish(message: Message, packetId: number, decision: PublishDecision | 'undecided'): void {
    const { session } = this.#connection
    const { writer, counters } = this.#core
    if (decision === 'undecided') {
      if (message.qos === 2) session.inbound.delete(packetId)
      this.#connection.end('undecided')
      return
    }
    const changesBefore = writer?.changeCount
    // Both changes are in one turn, and so in one write: after a crash the store has message and id, or neither.
    if (message.qos === 2) session.writer?.inbound(packetId)
    if (decision === 'forward') {
      this.#core.retain(message, this.#connection)
      this.#core.route(message, this.#ended ? null : this)
    } else counters.droppedRefused++
    if (message.qos > 0) {
      const type = message.qos === 1 ? PacketType.puback : PacketType.pubrec
      this.#acknowledgements.add(type, packetId, changesBefore)
    }
    this.#core.policy.onDecided(message)
  }

  /** Whether a QoS 2 packet id is new. A repeated one is acknowledged if decided, and never published again. */
  #isNew(packetId: number): boolean {
    const { inbound } = this.#connection.session
    const known = inbound.get(packetId)
    if (known === 'decided') this.#connection.out.acknowledge(PacketType.pubrec << 4, packetId)
    if (known) return false
    if (inbound.size >= this.#core.limits.maxInboundQos2) {
      this.#connection.end('quota', 'too many QoS 2 messages without PUBREL')
      return false
    }
    inbound.set(packetId, 'pending')
    return true
  }

  #denied(topic: string): void {
    if (isBridgeNotification(topic)) return
    this.#denials ??= denialReport(this.#core, this.#connection.client)
    this.#denials.add(topic)
  }
}

interface WaitingMessage {
  message: Message
  packetId: number
  /** Null until it is decided. */
  decision: PublishDecision | 'undecided' | null
  sinceMs: number
}
