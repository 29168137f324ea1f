import { Aedes } from 'aedes'
import type { Qos } from '../interface/types.js'
import type { AskedFilter } from '../packets/subscribe.js'
import { AskingClient, type ClientDecisions, decisionsFor } from './asking-client.js'
import { emptyPersistence } from './empty-persistence.js'
import { allowAllTopicLevels, disableNumberCache } from './internals.js'

/**
 * What the rest of the package uses aedes for: it decides SUBSCRIBE and UNSUBSCRIBE, and publishes wills, for all versions of
 * MQTT; what clients are sent is written elsewhere. aedes keeps nothing for a connection: one client of it serves them all,
 * a packet at a time, and has answered when the call returns.
 */
export interface AedesAdapter {
  /** Decides the filters of a SUBSCRIBE; returns for each whether it is granted. The last request for a repeated one decides. */
  subscribe(decisions: ClientDecisions, asked: readonly AskedFilter[]): boolean[]
  /** Throws when a filter is none. */
  unsubscribe(filters: readonly string[]): void
  /** Calls `publish` when the will of a client that is gone is allowed, at once or later. */
  sendWill(decisions: ClientDecisions, will: WillMessage, publish: () => void): void
  close(): Promise<void>
}

/** What aedes is told of a will. */
export interface WillMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: Qos
  readonly retain: boolean
}

export async function createAedesAdapter(): Promise<AedesAdapter> {
  disableNumberCache()
  const wills = new WillsOnTheirWay()
  const broker = await Aedes.createBroker({
    id: 'heliograph',
    mq: emitterFor(wills),
    persistence: emptyPersistence,
    connectTimeout: longestTimeoutMs,
    authorizePublish: (client, _will, callback) => {
      const answer = (allowed: boolean) => callback(allowed ? null : new Error('will refused'))
      const decision = decisionsFor(client)?.decideWill() ?? false
      if (typeof decision === 'boolean') answer(decision)
      else decision.then(answer, () => answer(false))
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const { topic, qos } = subscription
      callback(null, decisionsFor(client)?.grant(topic, qos as Qos) ? subscription : null)
    },
  })
  allowAllTopicLevels(broker)
  let shared = new AskingClient(broker)
  const asking = () => {
    if (shared.client.closed) shared = new AskingClient(broker)
    return shared
  }
  return {
    subscribe: (decisions, asked) => asking().ask(decisions, (client) => subscribe(client, asked)),
    unsubscribe: (filters) => unsubscribe(asking().client, filters),
    sendWill: (decisions, { topic, payload, qos, retain }, publish) => {
      // A buffer of its own tells this will from all others.
      const packet = { cmd: 'publish' as const, topic, payload: payload.subarray(), qos, retain, dup: false }
      asking().ask(decisions, (client) =>
        broker.authorizePublish(client, packet, (refusal) => {
          if (refusal) return
          wills.add(packet.payload, publish)
          broker.publish(packet, () => {})
        }),
      )
    },
    close: () => {
      shared.client.close()
      return new Promise((resolve) => broker.close(resolve))
    },
  }
}

type AedesClient = AskingClient['client']

function subscribe(client: AedesClient, asked: readonly AskedFilter[]): boolean[] {
  const last = new Map(asked.map(({ filter, qos }) => [filter, { topic: filter, qos: qos as Qos }]))
  const subscriptions = [...last.values()]
  call((done) => client.subscribe({ subscriptions }, done))
  // aedes has written the granted QoS into them. It would keep the filters, of which this package keeps its own list.
  const granted = new Set(
    subscriptions.flatMap(({ topic, qos }) => ((qos as number) === refused ? [] : [topic])),
  )
  unsubscribe(client, [...granted])
  return asked.map(({ filter }) => granted.has(filter))
}

function unsubscribe(client: AedesClient, filters: readonly string[]): void {
  if (filters.length === 0) return
  call((done) => client.unsubscribe({ cmd: 'unsubscribe', unsubscriptions: [...filters] }, done))
}

/** Throws what aedes calls back with. It calls back within the call. */
function call(start: (done: (error?: Error) => void) => void): void {
  let failure: Error | null | undefined = new Error('aedes did not answer')
  start((error) => {
    failure = error
  })
  if (failure) throw failure
}

/** Wills that aedes was asked to publish, until it does. */
class WillsOnTheirWay {
  readonly #publish = new WeakMap<Buffer, () => void>()

  add(payload: Buffer, publish: () => void): void {
    this.#publish.set(payload, publish)
  }

  /** aedes publishes a message: a will, or one of its own under `$SYS`, which no client may read. */
  published(payload: Buffer): void {
    const publish = this.#publish.get(payload)
    this.#publish.delete(payload)
    publish?.()
  }
}

/** aedes' emitter: what aedes publishes comes this way, and it gives it the filters of its clients, which it needs not. */
function emitterFor(wills: WillsOnTheirWay) {
  const done = (_topic: string, _listener: unknown, callback?: () => void) => callback?.()
  return {
    on: done,
    removeListener: done,
    emit({ payload }: { payload: Buffer }, callback?: () => void) {
      wills.published(payload)
      callback?.()
    },
    close: (callback?: () => void) => callback?.(),
  }
}

/** In place of a granted QoS. */
const refused = 128
/** aedes ends a client that sends no CONNECT in time; a new one is made then. */
const longestTimeoutMs = 2 ** 31 - 1
