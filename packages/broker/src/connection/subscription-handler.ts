import type { ClientDecisions } from '../aedes/adapter.js'
import type { AedesPacket } from '../aedes/internals.js'
import type { Core } from '../core/core.js'
import type { PublishDecision } from '../interface/hooks.js'
import type { Qos, RefusalReason } from '../interface/types.js'
import { Message } from '../messages/message.js'
import type { Packet } from '../packets/packet-reader.js'
import { Violation } from '../packets/reason-codes.js'
import { isShared, matchedPart, readShare } from '../packets/shared-subscription.js'
import { readSubscribe, readUnsubscribe } from '../packets/subscribe.js'
import { filterProblem, isSysTopic } from '../packets/topic.js'
import { isPromise } from '../policy/policy.js'
import { RetainedDelivery } from '../retained/retained-delivery.js'
import type { RetainingClient } from '../retained/retainer.js'
import { Grant } from '../routing/grant.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { refuseWill } from './will-refusal.js'

/** The connection, as its subscriptions need it. */
export interface SubscribingClient<P> extends RetainingClient<P> {
  readonly core: Core<P>
  readonly session: Session
  readonly out: OutgoingQueue
  readonly alive: boolean
  end(reason: 'server_error', detail: string): void
}

/** Handles what one client asks of aedes: SUBSCRIBE and UNSUBSCRIBE, and its will. */
export class SubscriptionHandler<P> implements ClientDecisions {
  readonly #connection: SubscribingClient<P>
  /** Made when the client subscribes for the first time. */
  #retained: RetainedDelivery | null = null

  constructor(connection: SubscribingClient<P>) {
    this.#connection = connection
  }

  /** Handles a SUBSCRIBE; returns what is malformed, or null. */
  subscribe(packet: Packet): string | null {
    const asked = readSubscribe(packet, 4)
    if (asked instanceof Violation) return asked.detail
    const filters = asked.requests.map(({ filter }) => filter)
    const problem = this.#problem(filters)
    if (problem !== null) return problem
    const connection = this.#connection
    this.#answer(() => connection.core.aedes.subscribe(this, asked.packetId, asked.requests))
    if (connection.alive) this.#addRetained(new Set(filters))
    return null
  }

  /** Handles an UNSUBSCRIBE; returns what is malformed, or null. */
  unsubscribe(packet: Packet): string | null {
    const asked = readUnsubscribe(packet, 4)
    if (asked instanceof Violation) return asked.detail
    const { packetId, filters } = asked
    const problem = this.#problem(filters)
    if (problem !== null) return problem
    const { core, session } = this.#connection
    for (const filter of filters) session.unsubscribe(filter)
    this.#answer(() => core.aedes.unsubscribe(packetId, filters))
    return null
  }

  grant(filter: string, qos: Qos): boolean {
    const { session, alive } = this.#connection
    if (!alive) return false
    const refusal = this.#denial(filter) ?? this.#excess(filter)
    if (!refusal) {
      session.subscribe(filter, Grant.plain(qos))
      return true
    }
    session.unsubscribe(filter)
    this.#refuse(filter, refusal)
    return false
  }

  /** A will is decided like any other publish: by the access rule and `onPublish`. Retained here, routed by aedes. */
  decideWill(will: AedesPacket): boolean | Promise<boolean> {
    const { client, core } = this.#connection
    if (isSysTopic(will.topic) || !core.policy.authorizePublish(client, will)) {
      refuseWill(core, client, will.topic)
      return false
    }
    const message = messageOf(will)
    const decided = (decision: PublishDecision | 'undecided') => {
      if (decision !== 'forward') return false
      core.retain(message, this.#connection)
      return true
    }
    const decision = core.policy.onPublish(client, message)
    return isPromise(decision) ? decision.then(decided) : decided(decision)
  }

  /** Authorizes every subscription again: after a stored session was resumed, or the principal changed. */
  recheck(): void {
    const { session } = this.#connection
    let lost = false
    for (const filter of [...session.subscriptions.keys()]) {
      const denial = this.#denial(filter)
      if (!denial) continue
      session.unsubscribe(filter)
      this.#refuse(filter, denial)
      lost = true
    }
    if (lost) session.purge()
  }

  /** Sends more retained messages, when some are left and there is room for them. */
  sendRetained(): void {
    this.#retained?.pump()
  }

  stop(): void {
    this.#retained?.stop()
  }

  #addRetained(filters: Iterable<string>): void {
    const { core, session } = this.#connection
    this.#retained ??= new RetainedDelivery(
      session,
      core.retained,
      core.retainedScheduler,
      core.limits.slowConsumerDropBytes / 2,
    )
    for (const filter of filters) {
      const granted = session.subscriptions.get(filter)
      // A shared subscription gets no retained messages (MQTT 5, section 4.8.2).
      if (granted && !isShared(filter)) this.#retained.add(filter, granted.grant)
    }
    this.#retained.pump()
  }

  #problem(filters: readonly string[]): string | null {
    const { limits } = this.#connection.core
    if (filters.length > limits.maxFiltersPerPacket) return 'too many filters in one packet'
    for (const filter of filters) {
      const problem = filterProblem(filter, limits.maxTopicLevels)
      if (problem) return problem
      if (Buffer.byteLength(filter) > limits.maxTopicBytes) return 'topic filter too long'
    }
    return null
  }

  /** Sends SUBACK or UNSUBACK; for a session that survives a restart, once the change is durable. */
  #answer(decide: () => Buffer): void {
    const { out, session } = this.#connection
    try {
      const packet = decide()
      if (session.writer) session.writer.whenDurable(() => out.packet(packet))
      else out.packet(packet)
    } catch (error) {
      this.#connection.end('server_error', error instanceof Error ? error.message : String(error))
    }
  }

  #denial(filter: string): Refusal | null {
    const { core, client } = this.#connection
    if (isShared(filter) && !readShare(filter)) return { reason: 'malformed' }
    const matched = matchedPart(filter)
    const denied = isSysTopic(matched) || !core.policy.authorizeSubscribe(client, matched)
    return denied ? { reason: 'not_authorized' } : null
  }

  #excess(filter: string): Refusal | null {
    const { core, session } = this.#connection
    if (session.subscriptions.has(filter)) return null
    const exceeded = core.sessions.exceededBy(session, filter)
    return exceeded && { reason: 'quota', detail: excessDetails[exceeded] }
  }

  #refuse(filter: string, refusal: Refusal): void {
    const { core, client } = this.#connection
    const { sessionId, clientId, remoteAddress } = client
    core.refuse({ stage: 'subscribe', ...refusal, sessionId, clientId, remoteAddress, topic: filter, client })
  }
}

interface Refusal {
  reason: RefusalReason
  detail?: string
}

const excessDetails = {
  session_quota: 'this session has as many subscriptions as it may',
  owner_quota: 'all sessions of this owner have as many subscriptions as they may, in bytes',
  group_quota: 'all sessions of this group have as many subscriptions as they may, in bytes',
  total_quota: 'all sessions have as many subscriptions as they may, in bytes',
}

export function messageOf({ topic, payload, qos, retain }: AedesPacket): Message {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  return Message.of({ topic, payload: bytes, qos, retain })
}
