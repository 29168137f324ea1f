/** What the broker waits for with the messages above QoS 0 that it has sent, and which acknowledgements do not fit. */
export class Deliveries {
  /** By packet id: the acknowledgements that fit. @type {Map<number, readonly number[]>} */
  #expected = new Map()
  /** Acknowledgements that came before anything was seen that they fit. @type {Map<number, { type: number, code: number }[]>} */
  #early = new Map()

  /** Packet ids under way. */
  get size() {
    return this.#expected.size
  }

  /**
   * The broker has sent a PUBLISH, or a PUBREL as `qos` 3. False when an acknowledgement that came before does not fit: it may have
   * met the message, which is seen later than it was sent. A PUBREL for an id that is not under way answers a PUBREC that nobody
   * had asked for.
   * @param {number} id
   * @param {number} qos
   */
  sent(id, qos) {
    if (qos === 3 && !this.#expected.has(id)) return true
    this.#expected.set(id, expectations[qos] ?? [])
    const early = this.#early.get(id) ?? []
    this.#early.delete(id)
    return early.every(({ type, code }) => this.acknowledged(id, type, code))
  }

  /**
   * The client acknowledges. False when the broker waits for something else.
   * @param {number} id
   * @param {number} type 4 PUBACK, 5 PUBREC, 7 PUBCOMP
   * @param {number} code
   */
  acknowledged(id, type, code) {
    const expected = this.#expected.get(id)
    if (expected === undefined) {
      this.#early.set(id, [...(this.#early.get(id) ?? []), { type, code }])
      return true
    }
    if (type === 5 && code < 0x80) this.#expected.set(id, expectations[3] ?? [])
    else this.#expected.delete(id)
    return expected.includes(type)
  }
}

/** PUBACK for QoS 1, PUBREC for QoS 2, behind that PUBCOMP, or PUBREC once more. @type {readonly number[][]} */
const expectations = [[], [4], [5], [5, 7]]
