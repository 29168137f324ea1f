import type { Qos } from '../interface/types.js'
import { noIdentifiers } from '../messages/no-identifiers.js'

/** What a subscription asks for beside its filter; MQTT 3.x knows the QoS only. */
export interface GrantOptions {
  qos: Qos
  /** Messages keep the retain flag with which they were published (MQTT 5, section 3.8.3.1). */
  retainAsPublished: boolean
  /** The session's own messages do not come back to it. */
  noLocal: boolean
  /** Subscription identifiers, which each message of the subscription carries (section 3.3.2.3.8). */
  identifiers: readonly number[]
}

/**
 * How messages of a subscription are delivered. It never changes, and is shared: subscriptions without options of MQTT 5
 * have one of three objects.
 */
export class Grant implements GrantOptions {
  readonly qos: Qos
  readonly retainAsPublished: boolean
  readonly noLocal: boolean
  readonly identifiers: readonly number[]

  /** Prefer `of`, which shares. */
  constructor({ qos, retainAsPublished, noLocal, identifiers }: GrantOptions) {
    this.qos = qos
    this.retainAsPublished = retainAsPublished
    this.noLocal = noLocal
    this.identifiers = identifiers
  }

  /** The grant of a subscription without options. */
  static plain(qos: Qos): Grant {
    return plainGrants[qos]
  }

  static of(options: GrantOptions): Grant {
    const { qos, retainAsPublished, noLocal, identifiers } = options
    const isPlain = !retainAsPublished && !noLocal && identifiers.length === 0
    return isPlain ? plainGrants[qos] : new Grant(options)
  }

  /** The QoS with which a message leaves: the lower of the one it was published with and the granted one [MQTT-3.8.4-8]. */
  qosFor(published: Qos): Qos {
    if (this.qos < published) return this.qos
    return published
  }

  equals(other: Grant): boolean {
    return (
      this === other ||
      (this.qos === other.qos &&
        this.retainAsPublished === other.retainAsPublished &&
        this.noLocal === other.noLocal &&
        this.identifiers.length === other.identifiers.length &&
        this.identifiers.every((identifier, i) => identifier === other.identifiers[i]))
    )
  }

  /**
   * The grant of a message that two filters of a session match: the highest QoS [MQTT-3.3.4-2], and all identifiers
   * [MQTT-3.3.4-3], each once.
   */
  mergedWith(other: Grant): Grant {
    if (this.equals(other)) return this
    return Grant.of({
      qos: Math.max(this.qos, other.qos) as Qos,
      retainAsPublished: this.retainAsPublished || other.retainAsPublished,
      noLocal: this.noLocal && other.noLocal,
      identifiers: [...new Set([...this.identifiers, ...other.identifiers])],
    })
  }
}

const plainGrants = [plainGrant(0), plainGrant(1), plainGrant(2)] as const

function plainGrant(qos: Qos): Grant {
  return new Grant({ qos, retainAsPublished: false, noLocal: false, identifiers: noIdentifiers })
}
