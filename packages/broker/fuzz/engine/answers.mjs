import { Finding } from './finding.mjs'

const names = new Map([
  [2, 'connack'],
  [4, 'puback'],
  [5, 'pubrec'],
  [7, 'pubcomp'],
  [9, 'suback'],
  [11, 'unsuback'],
  [13, 'pingresp'],
])

const withoutId = new Set(['connack', 'pingresp'])

/** Compares the broker's answers with those that the model predicts. */
export class Answers {
  #model
  /** @type {Map<string, number>} */
  #came = new Map()
  #pubacks = 0
  #connacks = 0

  /** @param {import('../model/mqtt.mjs').MqttModel} model */
  constructor(model) {
    this.#model = model
  }

  /** The first predicted answer that did not come, or null. */
  get missing() {
    for (const [key, count] of this.#model.owed) if ((this.#came.get(key) ?? 0) < count) return key
    return null
  }

  /**
   * Checks a packet; returns what is wrong with it.
   * @param {import('../wire/server-packets.mjs').ServerPacket} packet
   */
  take(packet) {
    if (packet.type === 3) return this.#publish(packet)
    if (packet.type === 6) this.#model.delivered(packet.id, 3)
    const name = names.get(packet.type)
    if (name === undefined) return null
    const key = withoutId.has(name) ? name : `${name}:${packet.id}`
    this.#came.set(key, (this.#came.get(key) ?? 0) + 1)
    if (name === 'connack') return this.#connack(packet)
    if (this.#connacks === 0) return new Finding('protocol error', `${name} before CONNACK`)
    if (name === 'suback') return this.#suback(packet)
    if (name === 'unsuback' && this.#model.version === 5) return this.#unsuback(packet)
    return name === 'puback' ? this.#puback(packet) : null
  }

  /** @param {import('../wire/server-packets.mjs').ServerPacket} packet */
  #connack({ body }) {
    if (++this.#connacks > 1) return new Finding('protocol error', 'a second CONNACK')
    const accepted = body[1] === 0
    if (!accepted || this.#model.state !== 'ended' || !this.#model.neverAccepted) return null
    return new Finding('accepted', `CONNECT was accepted: ${this.#model.problem}`)
  }

  /** No more are under way than the client's Receive Maximum [MQTT-3.3.4-9]. @param {{ id: number, flags: number }} packet */
  #publish({ id, flags }) {
    if (this.#connacks === 0) return new Finding('protocol error', 'PUBLISH before CONNACK')
    if (id === 0) return null
    this.#model.delivered(id, (flags >> 1) & 3)
    const { size } = this.#model.deliveries
    const { receiveMaximum } = this.#model.wishes
    if (size <= receiveMaximum) return null
    return new Finding('protocol error', `${size} messages under way, ${receiveMaximum} allowed`)
  }

  /** @param {{ id: number, body: Buffer }} packet */
  #unsuback({ id, body }) {
    const filters = this.#model.removals.get(id)?.shift()
    if (filters === body.length) return null
    return new Finding('protocol error', `UNSUBACK ${id} with ${body.length} codes for ${filters} filters`)
  }

  /** PUBACKs come in the order of the messages [MQTT-4.6.0-2]. @param {{ id: number }} packet */
  #puback({ id }) {
    const expected = this.#model.pubacks[this.#pubacks++]
    if (id === expected) return null
    return new Finding('order', `PUBACK ${id} instead of ${expected ?? 'none'}`)
  }

  /** @param {{ id: number, body: Buffer }} packet */
  #suback({ id, body }) {
    const requests = this.#model.requests.get(id)?.shift()
    if (!requests) return new Finding('protocol error', `SUBACK ${id} without a SUBSCRIBE`)
    if (body.length !== requests.length)
      return new Finding('protocol error', `SUBACK with ${body.length} codes for ${requests.length} filters`)
    for (const [index, { qos, secret }] of requests.entries()) {
      const code = /** @type {number} */ (body[index])
      if (secret && code < 0x80) return new Finding('leak', 'a secret filter was granted')
      if (code < 0x80 && code > qos) return new Finding('protocol error', `granted ${code} for QoS ${qos}`)
    }
    return null
  }
}
