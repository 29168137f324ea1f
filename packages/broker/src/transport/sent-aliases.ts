import { noAlias, type TopicAlias } from '../messages/publish5.js'

/** The topic aliases of the messages that one client is sent (MQTT 5, section 3.3.2.3.4). The first topics get them. */
export class SentAliases {
  /** What the client allows, and how many it gets at most. */
  readonly #maximum: number
  readonly #known = new Map<string, TopicAlias>()

  constructor(maximum: number) {
    this.#maximum = maximum
  }

  /** The alias of a topic, which is sent with the topic at first, and instead of it from then on. */
  use(topic: string): TopicAlias {
    const known = this.#known.get(topic)
    if (known) return known
    if (this.#known.size >= this.#maximum) return noAlias
    const alias = this.#known.size + 1
    this.#known.set(topic, { alias, isKnown: true })
    return { alias, isKnown: false }
  }
}
