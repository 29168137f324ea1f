import { Random } from '../generate/random.mjs'
import { acknowledge } from '../wire/packets.mjs'

/** How an attacker acknowledges messages: correctly, not at all, or at random. */
export class Replies {
  #style
  #random = new Random(7)

  /** @param {import('./case.mjs').Actor['reply']} style */
  constructor(style) {
    this.#style = style
  }

  /**
   * @param {import('../wire/server-packets.mjs').ServerPacket} packet
   * @returns {Buffer[]}
   */
  to({ type, flags, id }) {
    const right = rightReply(type, (flags >> 1) & 3)
    if (!right || this.#style === 'silent') return []
    if (this.#style === 'honest') return [acknowledge(right, id)]
    const random = this.#random
    return random.times(random.between(0, 2), () =>
      acknowledge(
        random.pick(['puback', 'pubrec', 'pubrel', 'pubcomp', right]),
        random.pick([id, id, id + 1, random.between(1, 65_535)]) & 0xffff,
      ),
    )
  }
}

/**
 * @param {number} type
 * @param {number} qos
 */
function rightReply(type, qos) {
  if (type === 3) return qos === 1 ? 'puback' : qos === 2 ? 'pubrec' : null
  if (type === 5) return 'pubrel'
  return type === 6 ? 'pubcomp' : null
}
