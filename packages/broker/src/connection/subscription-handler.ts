import type { ClientDecisions } from '../aedes/asking-client.js'
import type { Core } from '../core/core.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { Qos, RefusalReason } from '../interface/types.js'
import { noIdentifiers } from '../messages/no-identifiers.js'
import { suback, unsuback } from '../packets/answers.js'
import type { Packet } from '../packets/packet-reader.js'
import { isShared, matchedPart, readShare } from '../packets/shared-subscription.js'
import {
  type FilterRequest,
  RetainHandling,
  readSubscribe,
  readUnsubscribe,
  type SubscribePacket,
} from '../packets/subscribe.js'
import { filterProblem, isSysTopic } from '../packets/topic.js'
import { Violation } from '../packets/violation.js'
import { RetainedDelivery } from '../retained/retained-delivery.js'
import type { RetainingClient } from '../retained/retainer.js'
import { Grant } from '../routing/grant.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { ClientProtocol } from './client-protocol.js'

/** The connection, as its subscriptions need it. */
export interface SubscribingClient<P> extends RetainingClient<P> {
  readonly core: Core<P>
  readonly session: Session
  readonly protocol: ClientProtocol
  readonly out: OutgoingQueue
  readonly alive: boolean
  end(reason: 'server_error', detail: string): void
}

/** Handles SUBSCRIBE and UNSUBSCRIBE of one client, which aedes decides. */
export class SubscriptionHandler<P> {
  readonly #connection: SubscribingClient<P>
  /** Made when the client subscribes for the first time. */
  #retained: RetainedDelivery | null = null

  constructor(connection: SubscribingClient<P>) {
    this.#connection = connection
  }

  /** Handles a SUBSCRIBE; returns what it breaks, or null. */
  subscribe(packet: Packet): Violation | null {
    const connection = this.#connection
    const { protocol, core, session } = connection
    const asked = readSubscribe(packet, protocol.version)
    if (asked instanceof Violation) return asked
    const { packetId, requests, identifier } = protocol.isBridge ? asBridge(asked) : asked
    const violation = this.#violation(requests.map(({ filter }) => filter))
    if (violation !== null) return violation
    // The last request for a repeated filter decides.
    const last = new Map(requests.map((request) => [request.filter, request]))
    const known = new Set([...last.keys()].filter((filter) => session.subscriptions.has(filter)))
    const decisions = new SubscribeDecisions((filter, qos) => {
      const { noLocal, retainAsPublished } = last.get(filter) as FilterRequest
      const identifiers = identifier === 0 ? noIdentifiers : [identifier]
      return this.#grant(filter, Grant.of({ qos, noLocal, retainAsPublished, identifiers }))
    })
    this.#answer(() => {
      const granted = core.aedes.subscribe(decisions, requests)
      const codes = requests.map(({ filter, qos }, i) => (granted[i] ? qos : decisions.codeOf(filter)))
      const { reasonString } = decisions
      return suback({ packetId, codes, reasonString }, protocol.version, protocol.rules)
    })
    if (connection.alive) this.#addRetained(last.values(), known)
    return null
  }

  /** Handles an UNSUBSCRIBE; returns what it breaks, or null. */
  unsubscribe(packet: Packet): Violation | null {
    const { protocol, core, session } = this.#connection
    const asked = readUnsubscribe(packet, protocol.version)
    if (asked instanceof Violation) return asked
    const { packetId, filters } = asked
    const violation = this.#violation(filters)
    if (violation !== null) return violation
    this.#answer(() => {
      core.aedes.unsubscribe(filters)
      const codes = filters.map((filter) =>
        session.unsubscribe(filter) ? ReasonCode.success : ReasonCode.noSubscriptionExisted,
      )
      return unsuback({ packetId, codes }, protocol.version, protocol.rules)
    })
    return null
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

  #grant(filter: string, grant: Grant): Refusal | null {
    const { session, alive } = this.#connection
    if (!alive) return { reason: 'server_error' }
    const refusal = this.#denial(filter) ?? this.#excess(filter)
    if (!refusal) {
      session.subscribe(filter, grant)
      return null
    }
    session.unsubscribe(filter)
    this.#refuse(filter, refusal)
    return refusal
  }

  /** `known` are the filters that were subscribed to before (MQTT 5, section 3.8.3.1). */
  #addRetained(requests: Iterable<FilterRequest>, known: ReadonlySet<string>): void {
    const { core, session } = this.#connection
    for (const { filter, retainHandling } of requests) {
      const granted = session.subscriptions.get(filter)
      const isWanted =
        retainHandling === RetainHandling.always ||
        (retainHandling === RetainHandling.whenNew && !known.has(filter))
      // A shared subscription gets no retained messages (MQTT 5, section 4.8.2).
      if (!granted || !isWanted || isShared(filter)) continue
      this.#retained ??= new RetainedDelivery(
        session,
        core.retained,
        core.retainedScheduler,
        core.limits.slowConsumerDropBytes / 2,
      )
      this.#retained.add(filter, granted.grant)
    }
    this.#retained?.pump()
  }

  #violation(filters: readonly string[]): Violation | null {
    const { limits } = this.#connection.core
    if (filters.length > limits.maxFiltersPerPacket)
      return new Violation(ReasonCode.quotaExceeded, 'too many filters in one packet')
    for (const filter of filters) {
      const problem =
        filterProblem(filter, limits.maxTopicLevels) ??
        (Buffer.byteLength(filter) > limits.maxTopicBytes ? 'topic filter too long' : null)
      if (problem !== null) return new Violation(ReasonCode.topicFilterInvalid, problem)
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
  reason: Extract<RefusalReason, keyof typeof refusalCodes>
  detail?: string
}

/** The decisions about one SUBSCRIBE, with the reasons for which filters were refused. */
class SubscribeDecisions implements ClientDecisions {
  readonly #decide: (filter: string, qos: Qos) => Refusal | null
  readonly #refusals = new Map<string, Refusal>()

  constructor(decide: (filter: string, qos: Qos) => Refusal | null) {
    this.#decide = decide
  }

  grant(filter: string, qos: Qos): boolean {
    const refusal = this.#decide(filter, qos)
    if (refusal) this.#refusals.set(filter, refusal)
    return refusal === null
  }

  decideWill(): boolean {
    return false
  }

  codeOf(filter: string): ReasonCode {
    return refusalCodes[this.#refusals.get(filter)?.reason ?? 'server_error'].code
  }

  /** Of the filter that was refused first, as a SUBACK has one for all. */
  get reasonString(): string | undefined {
    for (const [filter, { reason, detail }] of this.#refusals)
      return `${filter}: ${detail ?? refusalCodes[reason].text}`
    return undefined
  }
}

const refusalCodes = {
  not_authorized: { code: ReasonCode.notAuthorized, text: 'not authorized' },
  malformed: { code: ReasonCode.topicFilterInvalid, text: 'no shared subscription' },
  quota: { code: ReasonCode.quotaExceeded, text: 'quota exceeded' },
  server_error: { code: ReasonCode.unspecifiedError, text: 'the connection has ended' },
} as const

const excessDetails = {
  session_quota: 'this session has as many subscriptions as it may',
  owner_quota: 'all sessions of this owner have as many subscriptions as they may, in bytes',
  group_quota: 'all sessions of this group have as many subscriptions as they may, in bytes',
  total_quota: 'all sessions have as many subscriptions as they may, in bytes',
}

function asBridge({ requests, ...packet }: SubscribePacket): SubscribePacket {
  const options = ({ filter }: FilterRequest) => ({ noLocal: !isShared(filter), retainAsPublished: true })
  return { ...packet, requests: requests.map((request) => ({ ...request, ...options(request) })) }
}
