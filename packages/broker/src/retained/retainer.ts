import type { QuotaAccount, StoredRetained } from '../interface/persistence.js'
import type { BrokerLogger, ClientInfo, UnretainedReason } from '../interface/types.js'
import { Message } from '../messages/message.js'
import type { StoreWriter } from '../persistence/store-writer.js'
import type { Policy } from '../policy/policy.js'
import type { Counters } from '../stats/counters.js'
import type { RetainedStore } from './retained-store.js'

/** A client that publishes with the retain flag. */
export interface RetainingClient<P> {
  readonly client: ClientInfo<P>
  /** Whom its retained messages count towards. */
  readonly account: QuotaAccount
  /** Its message was not retained. */
  unretained(topic: string, reason: UnretainedReason): void
}

export interface RetainerServices<P> {
  readonly store: RetainedStore
  readonly policy: Policy<P>
  readonly counters: Counters
  readonly writer: StoreWriter | null
  readonly logger: BrokerLogger
}

/** Decides which messages with the retain flag are retained, and writes them to the store. */
export class Retainer<P> {
  readonly #services: RetainerServices<P>
  #forgotten: string[] = []
  /** Topics of stored messages that expired while the broker did not run. */
  readonly #expired: string[] = []

  constructor(services: RetainerServices<P>) {
    this.#services = services
  }

  /**
   * Retains a decided message, or with an empty payload clears its topic, which is always allowed. `client` is null for a
   * message of the host, which is never refused.
   */
  retain(message: Message, client: RetainingClient<P> | null): void {
    const { store, policy, writer } = this.#services
    const { topic } = message
    if (message.payloadBytes === 0) {
      if (store.delete(topic)) writer?.record({ kind: 'retained_removed', topic })
      return
    }
    if (client !== null && !policy.authorizeRetain(client.client, topic)) {
      this.#refuse(client, topic, 'not_authorized')
      return
    }
    const account = client?.account ?? null
    const exceeded = store.set(message, account)
    if (exceeded === null) writer?.record({ kind: 'retained', message, account, retainedAt: Date.now() })
    else if (client !== null) this.#refuse(client, topic, exceeded)
  }

  /** Takes a stored message, of which the newest come first. One for which its share has no room is forgotten. */
  restore({ message: { topic, payload, qos, properties }, account }: StoredRetained): void {
    const { store } = this.#services
    const message = Message.of({ topic, payload, qos, retain: true, properties })
    if (message.expired) this.#expired.push(topic)
    else if (store.set(message, account) !== null) this.#forgotten.push(topic)
  }

  /** Forgets the messages that have expired, here and in the store. */
  expire(): void {
    const { store, writer } = this.#services
    for (const topic of store.takeExpired()) writer?.record({ kind: 'retained_removed', topic })
  }

  /** Removes what was forgotten from the store, and logs how much it was. */
  restored(): void {
    const { writer, logger } = this.#services
    const topics = this.#forgotten
    this.#forgotten = []
    for (const topic of this.#expired.splice(0)) writer?.record({ kind: 'retained_removed', topic })
    if (topics.length === 0) return
    for (const topic of topics) writer?.record({ kind: 'retained_removed', topic })
    logger.warn(
      { messages: topics.length, topics: topics.slice(0, loggedTopics) },
      'the oldest stored retained messages were forgotten, because they are more than their owners, groups or all may retain',
    )
  }

  #refuse(client: RetainingClient<P>, topic: string, reason: UnretainedReason): void {
    this.#services.counters.unretained(reason)
    client.unretained(topic, reason)
  }
}

const loggedTopics = 5
