import { setTimeout as pause } from 'node:timers/promises'
import { publish } from '../wire/packets.mjs'
import { Finding } from './finding.mjs'
import { WitnessClient } from './witness-client.mjs'

const transports = /** @type {const} */ (['tcp', 'ws'])
const topics = transports.flatMap((transport) => [1, 2].map((qos) => ({ transport, qos })))
/** Unacknowledged messages of one topic at a time. */
const windowSize = 4
const paceMs = 4

/**
 * A healthy publisher and subscriber on each transport. Every QoS 1 and 2 message has to arrive at both subscribers
 * once and in order, whatever the attackers do.
 */
export class Witness {
  delivered = 0
  slowestMs = 0
  #answerTimeoutMs
  #publishers
  #subscribers
  #streams = topics.map(({ transport, qos }) => new Stream(transport, qos))
  #stopped = false
  #paused = false
  /** @type {Finding | null} */
  #finding = null

  /**
   * @param {import('./link.mjs').Endpoint} target
   * @param {number} answerTimeoutMs
   */
  constructor(target, answerTimeoutMs) {
    this.#answerTimeoutMs = answerTimeoutMs
    const open = (/** @type {string} */ role) =>
      transports.map((transport) => ({
        transport,
        client: new WitnessClient(transport, target, `witness-${role}-${transport}`, {
          onMessage: (topic, payload) => this.#arrived(`${role}-${transport}`, topic, payload),
          onEnd: (why) => this.#found(`${role} on ${transport}: ${why}`),
        }),
      }))
    this.#publishers = open('pub')
    this.#subscribers = open('sub')
  }

  /** What the witness adds to the broker's counts. */
  static get counts() {
    return { connections: 2 * transports.length, subscriptions: transports.length }
  }

  async start() {
    const clients = [...this.#publishers, ...this.#subscribers]
    await Promise.all(clients.map(({ client }) => client.connected(this.#answerTimeoutMs)))
    const subscribed = this.#subscribers.map(({ client }) =>
      client.subscribe('witness/#', this.#answerTimeoutMs),
    )
    await Promise.all(subscribed)
    void this.#publish()
    return this
  }

  /** Throws when a message was lost, late, doubled or out of order. */
  check() {
    if (this.#finding) throw this.#finding
    const late = this.#streams.find(({ oldestMs }) => Date.now() - oldestMs > this.#answerTimeoutMs)
    if (late) throw new Finding('witness', `${late.topic} stalled at ${late.describe()}`)
  }

  /** Stops sending until all messages are acknowledged and have arrived everywhere. */
  async drain() {
    this.#paused = true
    while (this.#streams.some(({ isComplete }) => !isComplete)) {
      this.check()
      await pause(5)
    }
    this.check()
  }

  resume() {
    this.#paused = false
  }

  stop() {
    this.#stopped = true
    for (const { client } of [...this.#publishers, ...this.#subscribers]) client.stop()
  }

  async #publish() {
    while (!this.#stopped) {
      if (!this.#paused) for (const stream of this.#streams) this.#publishOne(stream)
      await pause(paceMs)
    }
  }

  /** @param {Stream} stream */
  #publishOne(stream) {
    if (stream.sent - stream.slowestSubscriber >= windowSize) return
    const client = this.#publishers.find(({ transport }) => transport === stream.transport)?.client
    const sequence = stream.next()
    client?.send(
      (id) => publish(stream.topic, String(sequence), { qos: stream.qos, id }),
      () => {
        stream.acknowledged++
      },
    )
  }

  /**
   * @param {string} subscriber
   * @param {string} topic
   * @param {string} payload
   */
  #arrived(subscriber, topic, payload) {
    const stream = this.#streams.find((candidate) => candidate.topic === topic)
    if (!stream) return this.#found(`${subscriber} got a message of ${topic}`)
    const problem = stream.arrived(subscriber, Number(payload))
    if (problem) return this.#found(`${subscriber}: ${problem}`)
    this.delivered++
    this.slowestMs = Math.max(this.slowestMs, stream.lastTookMs)
  }

  /** @param {string} problem */
  #found(problem) {
    if (!this.#stopped) this.#finding ??= new Finding('witness', problem)
  }
}

/** The numbered messages of one topic. */
class Stream {
  sent = 0
  acknowledged = 0
  lastTookMs = 0
  /** Last sequence number at each subscriber. @type {Map<string, number>} */
  #last = new Map(transports.map((transport) => [`sub-${transport}`, 0]))
  /** @type {Map<number, number>} */
  #sentAtMs = new Map()

  /**
   * @param {'tcp' | 'ws'} transport
   * @param {number} qos
   */
  constructor(transport, qos) {
    this.transport = transport
    this.qos = qos
    this.topic = `witness/${transport}/${qos}`
  }

  get slowestSubscriber() {
    return Math.min(...this.#last.values())
  }

  get isComplete() {
    return this.acknowledged === this.sent && this.slowestSubscriber === this.sent
  }

  /** When the oldest message that has not arrived was sent. */
  get oldestMs() {
    return this.#sentAtMs.get(this.slowestSubscriber + 1) ?? Number.POSITIVE_INFINITY
  }

  next() {
    this.#sentAtMs.set(++this.sent, Date.now())
    return this.sent
  }

  describe() {
    return `${this.sent} sent, ${this.acknowledged} acknowledged, arrived ${[...this.#last.values()].join(' and ')}`
  }

  /**
   * @param {string} subscriber
   * @param {number} sequence
   */
  arrived(subscriber, sequence) {
    const expected = (this.#last.get(subscriber) ?? 0) + 1
    if (sequence !== expected) return `${this.topic}: message ${sequence} instead of ${expected}`
    this.#last.set(subscriber, sequence)
    this.lastTookMs = Date.now() - (this.#sentAtMs.get(sequence) ?? 0)
    const done = this.slowestSubscriber
    for (const number of this.#sentAtMs.keys()) if (number <= done) this.#sentAtMs.delete(number)
    return null
  }
}
