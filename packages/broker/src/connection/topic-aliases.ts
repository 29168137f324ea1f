import { Bytes } from '../bytes/bytes.js'
import { ReasonCode } from '../interface/reason-code.js'
import { Violation } from '../packets/violation.js'

/** A topic that a client has given a number. */
export interface AliasedTopic {
  readonly topic: string
  /** The topic as in a packet, with its length before it. */
  readonly field: Bytes
}

/** The topic aliases that one client has set (MQTT 5, section 3.3.2.3.4). They are forgotten with the connection. */
export class TopicAliases {
  readonly #maximum: number
  readonly #topics = new Map<number, AliasedTopic>()

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** Gives a topic a number, in place of the one that had it. */
  set(alias: number, topic: string): AliasedTopic | Violation {
    if (alias > this.#maximum)
      return new Violation(ReasonCode.topicAliasInvalid, `PUBLISH: topic alias above ${this.#maximum}`)
    const known = this.#topics.get(alias)
    if (known?.topic === topic) return known
    const length = Buffer.byteLength(topic)
    const field = Buffer.allocUnsafeSlow(2 + length)
    field.writeUInt16BE(length)
    field.write(topic, 2)
    const aliased = { topic, field: new Bytes(field) }
    this.#topics.set(alias, aliased)
    return aliased
  }

  get(alias: number): AliasedTopic | Violation {
    if (alias > this.#maximum)
      return new Violation(ReasonCode.topicAliasInvalid, `PUBLISH: topic alias above ${this.#maximum}`)
    return this.#topics.get(alias) ?? Violation.protocol('PUBLISH: a topic alias that was not set')
  }
}
