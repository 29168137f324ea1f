import { noWishes } from '../model/connect.mjs'
import { frame, opcodes } from '../wire/frames.mjs'
import { acknowledge, connect, subscribe } from '../wire/packets.mjs'
import { Finding } from './finding.mjs'
import { Link } from './link.mjs'

/** A well-behaved MQTT client, as small as can be. */
export class WitnessClient {
  #link
  #transport
  #clientId
  #clean
  #events
  #greeted = false
  #lastId = 0
  /** What to do when a packet id is free again. @type {Map<number, () => void>} */
  #unfinished = new Map()
  /** QoS 2 messages that wait for PUBREL. @type {Set<number>} */
  #received = new Set()
  /** @type {{ what: string, resolve: () => void }[]} */
  #waiting = []
  #stopped = false

  /**
   * @param {'tcp' | 'ws'} transport
   * @param {import('./link.mjs').Endpoint} target
   * @param {string} clientId
   * @param {{ onMessage: (topic: string, payload: string) => void, onEnd: (why: string) => void }} events
   * @param {boolean} clean
   */
  constructor(transport, target, clientId, events, clean = true) {
    this.#transport = transport
    this.#clientId = clientId
    this.#clean = clean
    this.#events = events
    this.#link = new Link(transport, target, {
      onPacket: (packet) => this.#receive(packet),
      onControl: () => undefined,
      onChange: () => this.#changed(),
      onProtocolError: (error) => events.onEnd(error.message),
      terms: () => ({ version: 4, wishes: noWishes }),
    })
    if (transport === 'tcp') this.#changed()
  }

  /** @param {number} limitMs */
  connected(limitMs) {
    return this.#wait('connack', limitMs)
  }

  /**
   * @param {string} filter
   * @param {number} limitMs
   */
  subscribe(filter, limitMs) {
    this.#write(subscribe(65_535, [filter, 2]))
    return this.#wait('suback', limitMs)
  }

  /**
   * @param {(id: number) => Buffer} make
   * @param {() => void} onDone
   */
  send(make, onDone) {
    do this.#lastId = (this.#lastId % 65_000) + 1
    while (this.#unfinished.has(this.#lastId))
    this.#unfinished.set(this.#lastId, onDone)
    this.#write(make(this.#lastId))
  }

  stop() {
    this.#stopped = true
    this.#link.drop()
  }

  #changed() {
    if (this.#link.closed && !this.#stopped) return this.#events.onEnd('the connection was ended')
    if (this.#greeted || this.#link.status !== 101) return
    this.#greeted = true
    this.#write(connect({ clientId: this.#clientId, username: 'witness', clean: this.#clean }))
  }

  /** @param {import('../wire/server-packets.mjs').ServerPacket} packet */
  #receive({ type, flags, id, topic, body }) {
    const qos = (flags >> 1) & 3
    if (type === 2) this.#came('connack')
    else if (type === 9) this.#came('suback')
    else if (type === 4 || type === 7) this.#finish(id)
    else if (type === 5) this.#write(acknowledge('pubrel', id))
    else if (type === 6) {
      this.#received.delete(id)
      this.#write(acknowledge('pubcomp', id))
    } else if (type === 3) {
      if (qos === 2 && this.#received.has(id)) return this.#write(acknowledge('pubrec', id))
      if (qos === 2) this.#received.add(id)
      this.#events.onMessage(topic, body.toString())
      if (qos > 0) this.#write(acknowledge(qos === 1 ? 'puback' : 'pubrec', id))
    }
  }

  /** @param {number} id */
  #finish(id) {
    const onDone = this.#unfinished.get(id)
    if (!onDone) return this.#events.onEnd(`an acknowledgement of ${id} that nothing asked for`)
    this.#unfinished.delete(id)
    onDone()
  }

  /** @param {string} what */
  #came(what) {
    for (const waiting of this.#waiting) if (waiting.what === what) waiting.resolve()
  }

  /**
   * @param {string} what
   * @param {number} limitMs
   * @returns {Promise<void>}
   */
  #wait(what, limitMs) {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Finding('witness', `${this.#clientId} got no ${what}`))
      const timer = setTimeout(late, limitMs)
      this.#waiting.push({
        what,
        resolve: () => {
          clearTimeout(timer)
          resolve()
        },
      })
    })
  }

  /** @param {Buffer} bytes */
  #write(bytes) {
    this.#link.write(this.#transport === 'ws' ? frame(opcodes.binary, bytes) : bytes)
  }
}
