import type { Hosted } from '../aedes/host.js'
import type { AedesPacket } from '../aedes/inside.js'
import { Message } from '../packets/message.js'
import { isShared, matchedPart, readShare } from '../packets/share.js'
import type { FilterRequest } from '../packets/subscribe.js'
import { filterProblem, isSysTopic } from '../packets/topic.js'
import type { Qos, RefusalReason } from '../types.js'
import type { Connection } from './connection.js'

/** A connection's dealings with aedes. */
export class HostedConnection<P> implements Hosted {
  askedFilters: readonly FilterRequest[] = []
  sessionPresent = false
  protocolVersion: 3 | 4 = 4
  readonly #connection: Connection<P>
  #restoring = true
  #unanswered = false
  #lostFilters = false

  constructor(connection: Connection<P>) {
    this.#connection = connection
  }

  get sessionId(): string {
    return this.#connection.client.sessionId
  }

  /** Takes note of what a SUBSCRIBE or UNSUBSCRIBE asks for; returns what is wrong with it, if anything. */
  expect(read: FilterRequest[] | string[] | string): string | null {
    if (typeof read === 'string') return read
    const { limits } = this.#connection.core
    if (read.length > limits.maxFiltersPerPacket) return 'too many filters in one packet'
    const asked = read.map((entry) => (typeof entry === 'string' ? { filter: entry, qos: 0 } : entry))
    for (const { filter } of asked) {
      const problem = filterProblem(filter, limits.maxTopicLevels)
      if (problem) return problem
      if (Buffer.byteLength(filter) > limits.maxTopicBytes) return 'topic filter too long'
    }
    this.askedFilters = asked
    this.#unanswered = true
    return null
  }

  storedFilters(): { topic: string; qos: Qos }[] {
    if (!this.sessionPresent) return []
    return [...this.#connection.session.subscriptions.values()].map(({ filter, qos }) => ({
      topic: filter,
      qos,
    }))
  }

  grant(filter: string, qos: Qos): boolean {
    const { session, alive } = this.#connection
    if (!alive) return false
    const reason = this.#refusal(filter)
    if (!reason) {
      session.subscribe(filter, qos)
      return true
    }
    if (session.subscriptions.has(filter)) {
      session.unsubscribe(filter)
      this.#lostFilters = true
    }
    this.#refuse(filter, reason)
    return false
  }

  subscribed(filters: { filter: string; qos: Qos }[]): void {
    const { retained } = this.#connection
    // A shared subscription gets no retained messages (MQTT 5, section 4.8.2).
    for (const { filter, qos } of filters) if (!isShared(filter)) retained?.add(filter, qos)
    retained?.pump()
  }

  unsubscribed(filters: string[]): void {
    if (!this.#connection.alive) return
    for (const filter of filters) this.#connection.session.unsubscribe(filter)
  }

  ready(): void {
    const connection = this.#connection
    if (!connection.alive) return
    this.#restoring = false
    if (this.#lostFilters) connection.session.purge()
    connection.ready()
    if (connection.alive) connection.wire.resume()
  }

  // aedes also reads for more while it is busy: when it was just created, and between its news of a client that is ready
  // and the end of that client's CONNECT. With an answer outstanding it is not idle.
  idle(): void {
    if (this.#restoring || this.#unanswered || !this.#connection.alive) return
    this.#connection.wire.resume()
  }

  /** SUBACK and UNSUBACK of a session that survives a restart leave when what they say does. */
  write(packet: Buffer): void {
    const { out, accepted } = this.#connection
    if (accepted) this.#unanswered = false
    const journal = accepted ? this.#connection.session.journal : null
    if (journal) journal.settled(() => out.packet(packet))
    else out.packet(packet)
  }

  ended(error: Error | null): void {
    this.#connection.end(error ? 'server_error' : 'client', error?.message)
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

  /** Re-checks every subscription, after the principal changed. */
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
