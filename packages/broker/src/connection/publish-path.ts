import type { Core } from '../core.js'
import type { Crowd, Source } from '../fairness/back-pressure.js'
import type { GroupMember, GroupRate } from '../fairness/group-rates.js'
import { PublishRate } from '../fairness/publish-rate.js'
import { Tolerance } from '../fairness/tolerance.js'
import { Bytes, equalsBytes } from '../packets/bytes.js'
import { PacketType } from '../packets/encode.js'
import { Message } from '../packets/message.js'
import type { Rest } from '../packets/reader.js'
import { isSysTopic, readUtf8, topicProblem } from '../packets/topic.js'
import type { Session } from '../sessions/session.js'
import type { OutQueue } from '../transport/out-queue.js'
import type { ClientInfo, PublishDecision } from '../types.js'
import { Answers } from './answers.js'

/** The connection, as its publishes need it. */
export interface Publisher<P> {
  readonly client: ClientInfo<P>
  readonly session: Session
  readonly out: OutQueue
  readonly alive: boolean
  end(reason: 'undecided' | 'not_authorized' | 'quota' | 'rate', detail?: string): void
  /** Room again after `full`. */
  relieved(): void
}

/**
 * The way of every PUBLISH of one client: read, access rule, the host's decision, delivery, acknowledgement. Decisions
 * may take time; messages are delivered and acknowledged in the order they came in all the same [MQTT-4.6.0-2].
 */
export class PublishPath<P> implements Source, GroupMember {
  readonly tolerance = new Tolerance()
  readonly #core: Core<P>
  readonly #publisher: Publisher<P>
  #topic = ''
  #topicBytes: Bytes | null = null
  #waiting: Waiting[] = []
  #waitingBytes = 0
  readonly #answers: Answers
  readonly #rate: PublishRate
  readonly #groupRate: GroupRate | null
  readonly #holders = new Set<Crowd>()
  #spentMessages = 0
  #spentBytes = 0
  #ended = false
  #settling = false
  #overSinceMs = 0
  #denials = 0
  #denialsSinceMs = 0

  constructor(core: Core<P>, publisher: Publisher<P>, groupRate: GroupRate | null) {
    const { maxPublishesPerSecond, maxPublishBytesPerSecond } = core.limits
    this.#core = core
    this.#publisher = publisher
    this.#rate = new PublishRate(maxPublishesPerSecond, maxPublishBytesPerSecond)
    this.#groupRate = groupRate
    groupRate?.members.add(this)
    this.#answers = new Answers(publisher, core.journal, () => this.#relieve())
  }

  /** Too much waits, or came too fast: the socket should not be read until `relieved`. */
  get full(): boolean {
    const { maxPendingPublishes, maxPendingBytes } = this.#core.limits
    const waits = this.pending >= maxPendingPublishes || this.#waitingBytes >= maxPendingBytes
    return waits || this.#rate.exceeded || (this.#groupRate?.exceeded ?? false)
  }

  /** Messages and answers that wait for a decision, a subscriber or the store. */
  get pending(): number {
    return this.#waiting.length + this.#answers.waiting
  }

  get published(): { messages: number; bytes: number } {
    const { messages, bytes } = this.#rate
    return { messages, bytes }
  }

  tooFastForGroup(): void {
    this.#publisher.end('rate', 'its group publishes faster than allowed, and it more than most')
  }

  /** Takes one PUBLISH (section 3.3), as `PacketSink` has it; returns what is malformed, if anything. */
  receive(bytes: Bytes, start: number, body: number, end: number, rest: Rest): string | null {
    const { view } = bytes
    const flags = view.getUint8(start) & 15
    const qos = (flags >> 1) & 3
    if (qos === 3) return 'PUBLISH: QoS 3'
    if (qos === 0 && flags & 8) return 'PUBLISH: DUP with QoS 0'
    const from = body + 2
    let at = from <= end ? from + view.getUint16(body) : Number.POSITIVE_INFINITY
    const problem = at > end ? 'truncated' : this.#readTopic(bytes, from, at)
    if (problem !== null) return `PUBLISH: ${problem}`
    let packetId = 0
    if (qos > 0) {
      packetId = at + 2 <= end ? view.getUint16(at) : 0
      if (packetId === 0) return 'PUBLISH: packet id'
      at += 2
    }
    const message = Message.received(this.#topic, flags, bytes, start, body, at, end, rest)
    this.#spentMessages++
    this.#spentBytes += message.payloadBytes + at - start
    if (qos < 2 || this.#isNew(packetId)) this.#decide(message, packetId)
    return null
  }

  /** Counts what was received since it was called last towards the rates. */
  spend(): void {
    if (this.#spentMessages === 0) return
    this.#rate.spend(this.#spentMessages, this.#spentBytes)
    this.#groupRate?.spend(this.#spentMessages, this.#spentBytes)
    this.#spentMessages = 0
    this.#spentBytes = 0
  }

  /** PUBREL: the id is free again. An unknown one is answered too [MQTT-4.3.3-2]. */
  release(packetId: number): void {
    const { session } = this.#publisher
    const noted = this.#core.journal?.noted
    if (session.inbound.get(packetId) === 'decided') {
      session.inbound.delete(packetId)
      session.journal?.inboundRemoved(packetId)
    }
    this.#answers.add(PacketType.pubcomp, packetId, noted)
  }

  hold(by: Crowd): void {
    if (!this.#ended) this.#holders.add(by)
  }

  letGo(by: Crowd): void {
    this.#holders.delete(by)
    this.#settleWaiting()
  }

  /** The connection is gone: what was decided is delivered, and nobody holds it any more. */
  stop(): void {
    this.#ended = true
    this.#groupRate?.members.delete(this)
    for (const crowd of this.#holders) crowd.forget(this)
    this.#holders.clear()
    this.#settleWaiting()
  }

  /** Ends the connection when a decision or the store is overdue, or when it has been too fast for too long. */
  sweep(nowMs: number, elapsedMs: number): void {
    const { publishTimeoutMs, rateTimeoutMs } = this.#core.limits
    const oldest = this.#waiting[0]
    const undecidedMs = oldest?.decision === null ? nowMs - oldest.sinceMs : 0
    if (Math.max(undecidedMs, this.#answers.waitsMs(nowMs)) > publishTimeoutMs) {
      this.#publisher.end('undecided', 'publish decision timed out')
    }
    if (this.#rate.exceeded && this.#overSinceMs === 0) this.#overSinceMs = nowMs
    this.#rate.refill(elapsedMs)
    if (this.#rate.rested) this.#overSinceMs = 0
    if (this.#overSinceMs > 0 && nowMs - this.#overSinceMs > rateTimeoutMs) {
      this.#publisher.end('rate', 'publishes faster than allowed')
    }
    this.#relieve()
  }

  #relieve(): void {
    if (!this.full) this.#publisher.relieved()
  }

  #decide(message: Message, packetId: number): void {
    const { policy } = this.#core
    const { client } = this.#publisher
    this.#core.counters.messagesIn++
    const allowed =
      !isSysTopic(message.topic) &&
      policy.authorizePublish(client, message.topic, message.qos, message.retain)
    const decision = allowed ? policy.onPublish(client, message) : 'drop'
    if (!allowed) this.#denied(message.topic)
    if (typeof decision === 'string') {
      if (this.#waiting.length === 0 && this.#holders.size === 0) this.#settle(message, packetId, decision)
      else this.#wait(message, packetId, decision)
      return
    }
    const waiting = this.#wait(message, packetId, null)
    decision.then((value) => {
      waiting.decision = value
      this.#settleWaiting()
    })
  }

  #wait(message: Message, packetId: number, decision: Waiting['decision']): Waiting {
    const waiting = { message, packetId, decision, sinceMs: this.#core.nowMs }
    this.#waiting.push(waiting)
    this.#waitingBytes += message.costBytes
    return waiting
  }

  // Settling one message may end this connection or hold it: then what is left is somebody else's, or for later.
  #settleWaiting(): void {
    if (this.#settling) return
    this.#settling = true
    let count = 0
    for (; count < this.#waiting.length && this.#holders.size === 0; count++) {
      const { message, packetId, decision } = this.#waiting[count] as Waiting
      if (decision === null) break
      this.#waitingBytes -= message.costBytes
      this.#settle(message, packetId, decision)
    }
    this.#settling = false
    if (count > 0) this.#waiting.splice(0, count)
    this.#relieve()
  }

  #settle(message: Message, packetId: number, decision: PublishDecision | 'undecided'): void {
    const { session } = this.#publisher
    const { journal, counters } = this.#core
    if (decision === 'undecided') {
      if (message.qos === 2) session.inbound.delete(packetId)
      this.#publisher.end('undecided')
      return
    }
    const noted = journal?.noted
    // In one turn, and so in one write: after a crash the store has both the message and its id, or neither.
    if (message.qos === 2) session.journal?.inbound(packetId)
    if (decision === 'forward') this.#core.accept(message, this.#ended ? null : this)
    else counters.droppedRefused++
    if (message.qos > 0)
      this.#answers.add(message.qos === 1 ? PacketType.puback : PacketType.pubrec, packetId, noted)
    this.#core.policy.settled(message)
  }

  /** Whether a QoS 2 packet id is new. A repeated one is answered if decided, and never published again. */
  #isNew(packetId: number): boolean {
    const { inbound } = this.#publisher.session
    const known = inbound.get(packetId)
    if (known === 'decided') this.#publisher.out.acknowledge(PacketType.pubrec << 4, packetId)
    if (known) return false
    if (inbound.size >= this.#core.limits.maxInboundQos2) {
      this.#publisher.end('quota', 'too many QoS 2 messages without PUBREL')
      return false
    }
    inbound.set(packetId, 'pending')
    return true
  }

  #denied(topic: string): void {
    const { nowMs, limits } = this.#core
    const { client } = this.#publisher
    const { sessionId, clientId, remoteAddress } = client
    this.#core.refuse({
      stage: 'publish',
      reason: 'not_authorized',
      sessionId,
      clientId,
      remoteAddress,
      topic,
      client,
    })
    if (nowMs - this.#denialsSinceMs > 60_000) {
      this.#denials = 0
      this.#denialsSinceMs = nowMs
    }
    if (++this.#denials >= limits.maxDenialsPerMinute) this.#publisher.end('not_authorized')
  }

  /**
   * Reads the topic into `#topic`; returns what is wrong with it. Devices send on few topics: the last one is known by
   * its bytes, without decoding or checking it again.
   */
  #readTopic(bytes: Bytes, from: number, to: number): string | null {
    if (this.#topicBytes !== null && equalsBytes(bytes, from, to, this.#topicBytes)) return null
    const { maxTopicBytes, maxTopicLevels } = this.#core.limits
    if (to - from > maxTopicBytes) return 'topic too long'
    const topic = readUtf8(bytes.buffer, from, to)
    if (topic === null) return 'topic is not valid UTF-8'
    const problem = topicProblem(topic, maxTopicLevels)
    if (problem) return problem
    this.#topic = topic
    this.#topicBytes = new Bytes(Buffer.from(bytes.buffer.subarray(from, to)))
    return null
  }
}

interface Waiting {
  message: Message
  packetId: number
  decision: PublishDecision | 'undecided' | null
  sinceMs: number
}
