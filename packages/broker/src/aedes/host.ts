import { Aedes, type Client } from 'aedes'
import mqttPacket from 'mqtt-packet'
import type { FilterRequest } from '../packets/subscribe.js'
import { isSysTopic } from '../packets/topic.js'
import type { Qos } from '../types.js'
import { repeatCodes } from './answers.js'
import { Desk } from './desk.js'
import type { AedesPacket } from './inside.js'
import { aedesPersistence } from './persistence.js'

/**
 * What aedes is to the rest: it answers SUBSCRIBE and UNSUBSCRIBE, and sends wills. Nothing of it is kept for a
 * connection: one client of aedes serves them all, a packet at a time, and is done when the call returns.
 */
export interface ProtocolHost {
  /** Decides the filters of a SUBSCRIBE; returns the SUBACK. */
  subscribe(hosted: Hosted, packetId: number, asked: readonly FilterRequest[]): Buffer
  /** Returns the UNSUBACK. */
  unsubscribe(packetId: number, filters: readonly string[]): Buffer
  /** Sends the will of a client that is gone, unless it may not. */
  sendWill(hosted: Hosted, will: AedesPacket): void
  close(): Promise<void>
}

/** A connection, as aedes' side sees it. */
export interface Hosted {
  /** Decides one filter and, when it is allowed, makes the subscription. */
  grant(filter: string, qos: Qos): boolean
  decideWill(will: AedesPacket): boolean | Promise<boolean>
}

export async function createAedesHost(deliver: (packet: AedesPacket) => void): Promise<ProtocolHost> {
  // Else the first answer would make, and keep, a buffer for each of 65,536 numbers.
  mqttPacket.writeToStream.cacheNumbers = false
  const broker = await Aedes.createBroker({
    id: 'heliograph',
    mq: emitterFor(deliver),
    persistence: aedesPersistence,
    authorizePublish: (client, will, callback) => {
      const answer = (allowed: boolean) => callback(allowed ? null : new Error('will refused'))
      const decision = (client && Desk.hostedAt(client)?.decideWill(will)) ?? false
      if (typeof decision === 'boolean') answer(decision)
      else decision.then(answer, () => answer(false))
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const { topic, qos } = subscription
      const granted = Desk.hostedAt(client)?.grant(topic, qos as Qos) ?? false
      callback(null, granted ? subscription : null)
    },
  })
  let desk = new Desk(broker)
  const ask = (hosted: Hosted | null, question: (client: Client, done: (error?: Error) => void) => void) => {
    if (desk.closed) desk = new Desk(broker)
    return desk.ask(hosted, question)
  }
  return {
    subscribe: (hosted, messageId, asked) => {
      const last = new Map(asked.map(({ filter, qos }) => [filter, qos as Qos]))
      const subscriptions = Array.from(last, ([topic, qos]) => ({ topic, qos }))
      const suback = ask(hosted, (client, done) =>
        client.subscribe({ cmd: 'subscribe', messageId, subscriptions }, done),
      )
      return repeatCodes(suback, [...last.keys()], asked)
    },
    unsubscribe: (messageId, filters) =>
      ask(null, (client, done) =>
        client.unsubscribe({ cmd: 'unsubscribe', messageId, unsubscriptions: [...filters] }, done),
      ),
    sendWill: (hosted, will) => new Desk(broker, hosted).leave(will),
    close: () => new Promise((resolve) => broker.close(resolve)),
  }
}

/** aedes' emitter: only wills and its own `$SYS` news come this way, and the latter are nobody's to read. */
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
