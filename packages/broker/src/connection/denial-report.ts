import type { Core } from '../core/core.js'
import type { ClientInfo } from '../interface/types.js'

/**
 * Reports the denied publishes of one client: the first to a topic at once, and how many followed once a second. A flood
 * of them makes few events, so it costs no more than allowed publishes do.
 */
export class DenialReport<P> {
  readonly #core: Core<P>
  readonly #client: ClientInfo<P>
  /** Denials that are not reported yet, by topic. */
  readonly #counts = new Map<string, number>()
  /** Denials on further topics, and the newest of these. */
  #others = 0
  #otherTopic = ''
  #reportedAtMs: number

  constructor(core: Core<P>, client: ClientInfo<P>) {
    this.#core = core
    this.#client = client
    this.#reportedAtMs = core.nowMs
  }

  add(topic: string): void {
    const count = this.#counts.get(topic)
    if (count !== undefined) this.#counts.set(topic, count + 1)
    else if (this.#counts.size < maxTopics) {
      this.#counts.set(topic, 0)
      this.#report(topic, 1)
    } else {
      this.#others++
      this.#otherTopic = topic
    }
  }

  /** Called a few times a second. */
  sweep(nowMs: number): void {
    if (nowMs - this.#reportedAtMs >= leastIntervalMs) this.flush(nowMs)
  }

  flush(nowMs: number): void {
    this.#reportedAtMs = nowMs
    const counts = [...this.#counts]
    const others = this.#others
    this.#others = 0
    for (const [topic, count] of counts) {
      if (count === 0) this.#counts.delete(topic)
      else this.#counts.set(topic, 0)
    }
    for (const [topic, count] of counts) if (count > 0) this.#report(topic, count)
    if (others > 0) this.#report(this.#otherTopic, others, 'on this topic and others')
  }

  #report(topic: string, count: number, detail?: string): void {
    const { sessionId, clientId, remoteAddress } = this.#client
    this.#core.refuse({
      stage: 'publish',
      reason: 'not_authorized',
      sessionId,
      clientId,
      remoteAddress,
      topic,
      client: this.#client,
      count,
      ...(detail === undefined ? {} : { detail }),
    })
  }
}

const leastIntervalMs = 1_000
/** Topics that are told apart within a second. */
const maxTopics = 32
