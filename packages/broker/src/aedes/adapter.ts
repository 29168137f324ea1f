import { Aedes, type Client } from 'aedes'
import type { Qos } from '../interface/types.js'
import type { AskedFilter } from '../packets/subscribe.js'
import { isSysTopic } from '../packets/topic.js'
import { emptyPersistence } from './empty-persistence.js'
import { type AedesPacket, disableNumberCache } from './internals.js'
import { SocketlessClient } from './socketless-client.js'
import { codeForEachFilter } from './suback.js'

/**
 * What the rest of the package uses aedes for: it answers SUBSCRIBE and UNSUBSCRIBE, and sends wills. aedes keeps nothing
 * for a connection: one client of it serves them all, a packet at a time, and has answered when the call returns.
 */
export interface AedesAdapter {
  /** Decides the filters of a SUBSCRIBE; returns the SUBACK. */
  subscribe(decisions: ClientDecisions, packetId: number, asked: readonly AskedFilter[]): Buffer
  /** Returns the UNSUBACK. */
  unsubscribe(packetId: number, filters: readonly string[]): Buffer
  /** Sends the will of a client that is gone, if it is allowed. */
  sendWill(decisions: ClientDecisions, will: AedesPacket): void
  close(): Promise<void>
}

/** The decisions about one client that aedes asks for. */
export interface ClientDecisions {
  /** Decides one filter and, when it is allowed, makes the subscription. */
  grant(filter: string, qos: Qos): boolean
  decideWill(will: AedesPacket): boolean | Promise<boolean>
}

export async function createAedesAdapter(deliver: (will: AedesPacket) => void): Promise<AedesAdapter> {
  disableNumberCache()
  const broker = await Aedes.createBroker({
    id: 'heliograph',
    mq: emitterFor(deliver),
    persistence: emptyPersistence,
    authorizePublish: (client, will, callback) => {
      const answer = (allowed: boolean) => callback(allowed ? null : new Error('will refused'))
      const decision = (client && SocketlessClient.decisionsOf(client)?.decideWill(will)) ?? false
      if (typeof decision === 'boolean') answer(decision)
      else decision.then(answer, () => answer(false))
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const { topic, qos } = subscription
      const granted = SocketlessClient.decisionsOf(client)?.grant(topic, qos as Qos) ?? false
      callback(null, granted ? subscription : null)
    },
  })
  let shared = new SocketlessClient(broker)
  const request = (
    decisions: ClientDecisions | null,
    send: (client: Client, done: (error?: Error) => void) => void,
  ) => {
    if (shared.closed) shared = new SocketlessClient(broker)
    return shared.request(decisions, send)
  }
  return {
    subscribe: (decisions, messageId, asked) => {
      const last = new Map(asked.map(({ filter, qos }) => [filter, qos as Qos]))
      const subscriptions = Array.from(last, ([topic, qos]) => ({ topic, qos }))
      const suback = request(decisions, (client, done) =>
        client.subscribe({ cmd: 'subscribe', messageId, subscriptions }, done),
      )
      return codeForEachFilter(suback, [...last.keys()], asked)
    },
    unsubscribe: (messageId, filters) =>
      request(null, (client, done) =>
        client.unsubscribe({ cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] }, done),
      ),
    sendWill: (decisions, will) => new SocketlessClient(broker, decisions).closeWithWill(will),
    close: () => new Promise((resolve) => broker.close(resolve)),
  }
}

/** aedes' emitter. Only wills and aedes' own `$SYS` messages come this way, and no client may read the latter. */
function emitterFor(deliver: (packet: AedesPacket) => void) {
  const done = (_topic: string, _listener: unknown, callback?: () => void) => callback?.()
  return {
    on: done,
    removeListener: done,
    emit(packet: AedesPacket, callback?: () => void) {
      if (!isSysTopic(packet.topic)) deliver(packet)
      callback?.()
    },
    close: (callback?: () => void) => callback?.(),
  }
}
