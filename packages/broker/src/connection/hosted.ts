import type { Hosted } from '../aedes/host.js'
import type { AedesPacket } from '../aedes/inside.js'
import { Message } from '../packets/message.js'
import { isShared, matchedPart, readShare } from '../packets/share.js'
import { readSubscribe, readUnsubscribe } from '../packets/subscribe.js'
import { filterProblem, isSysTopic } from '../packets/topic.js'
import { RetainedDelivery } from '../sessions/retained-delivery.js'
import type { Qos, RefusalReason } from '../types.js'
import type { Connection } from './connection.js'

/** A connection's dealings with aedes. */
export class HostedConnection<P> implements Hosted {
  readonly #connection: Connection<P>

  constructor(connection: Connection<P>) {
    this.#connection = connection
  }

  /** Deals with a SUBSCRIBE; returns what is malformed, if anything. */
  subscribe(bytes: Buffer, start: number, body: number, end: number): string | null {
    const asked = readSubscribe(bytes, start, body, end)
    if (typeof asked === 'string') return asked
    const problem = this.#problem(asked.map(({ filter }) => filter))
    if (problem !== null) return problem
    const connection = this.#connection
    const { core, session } = connection
    this.#answer(() => core.host.subscribe(this, bytes.readUInt16BE(body), asked))
    if (!connection.alive) return null
    connection.retained ??= new RetainedDelivery(
      session,
      core.retained,
      core.limits.slowConsumerDropBytes / 2,
    )
    for (const filter of new Set(asked.map(({ filter }) => filter))) {
      const granted = session.subscriptions.get(filter)
      // A shared subscription gets no retained messages (MQTT 5, section 4.8.2).
      if (granted && !isShared(filter)) connection.retained.add(filter, granted.qos)
    }
    connection.retained.pump()
    return null
  }

  /** Deals with an UNSUBSCRIBE in the same way. */
  unsubscribe(bytes: Buffer, start: number, body: number, end: number): string | null {
    const filters = readUnsubscribe(bytes, start, body, end)
    if (typeof filters === 'string') return filters
    const problem = this.#problem(filters)
    if (problem !== null) return problem
    const { core, session } = this.#connection
    for (const filter of filters) session.unsubscribe(filter)
    this.#answer(() => core.host.unsubscribe(bytes.readUInt16BE(body), filters))
    return null
  }

  grant(filter: string, qos: Qos): boolean {
    const { session, alive } = this.#connection
    if (!alive) return false
    const reason = this.#refusal(filter)
    if (!reason) {
      session.subscribe(filter, qos)
      return true
    }
    session.unsubscribe(filter)
    this.#refuse(filter, reason)
    return false
  }

  /** A will is a publish like any other: access rule and host's decision first. */
  decideWill(will: AedesPacket): boolean | Promise<boolean> {
    const { client, core } = this.#connection
    if (isSysTopic(will.topic) || !core.policy.authorizePublish(client, will.topic, will.qos, will.retain)) {
      core.refuse({
        stage: 'publish',
        reason: 'not_authorized',
        sessionId: client.sessionId,
        clientId: client.clientId,
        remoteAddress: client.remoteAddress,
        topic: will.topic,
        client,
        detail: 'will',
      })
      return false
    }
    const decision = core.policy.onPublish(client, messageOf(will))
    return typeof decision === 'string'
      ? decision === 'forward'
      : decision.then((value) => value === 'forward')
  }

  /** Authorizes every subscription again: of a stored session that comes back, or after the principal changed. */
  recheck(): void {
    const { session } = this.#connection
    let lost = false
    for (const filter of [...session.subscriptions.keys()]) {
      const reason = this.#refusal(filter)
      if (!reason) continue
      session.unsubscribe(filter)
      this.#refuse(filter, reason)
      lost = true
    }
    if (lost) session.purge()
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

  /** SUBACK and UNSUBACK of a session that survives a restart leave when what they say does. */
  #answer(decide: () => Buffer): void {
    const { out, session } = this.#connection
    try {
      const packet = decide()
      if (session.journal) session.journal.settled(() => out.packet(packet))
      else out.packet(packet)
    } catch (error) {
      this.#connection.end('server_error', error instanceof Error ? error.message : String(error))
    }
  }

  #refusal(filter: string): RefusalReason | null {
    const { core, client, session } = this.#connection
    if (isShared(filter) && !readShare(filter)) return 'malformed'
    const matched = matchedPart(filter)
    if (isSysTopic(matched) || !core.policy.authorizeSubscribe(client, matched)) return 'not_authorized'
    const full = session.subscriptions.size >= core.limits.maxFiltersPerSession
    return full && !session.subscriptions.has(filter) ? 'quota' : null
  }

  #refuse(filter: string, reason: RefusalReason): void {
    const { core, client } = this.#connection
    const { sessionId, clientId, remoteAddress } = client
    core.refuse({ stage: 'subscribe', reason, sessionId, clientId, remoteAddress, topic: filter, client })
  }
}

export function messageOf(packet: AedesPacket): Message {
  const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
  return Message.of(packet.topic, payload, packet.qos, packet.retain)
}
