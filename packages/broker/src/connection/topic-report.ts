/**
 * Counts what happens to the messages of one client, by topic, and reports the first of a topic at once and how many
 * followed once in an interval. A flood of them makes few reports, so it costs no more than other messages do.
 */
export class TopicReport {
  readonly #report: (topic: string, count: number, detail?: string) => void
  readonly #intervalMs: number
  /** What is not reported yet, by topic. */
  readonly #counts = new Map<string, number>()
  /** How many are of further topics, and the newest of these. */
  #others = 0
  #otherTopic = ''
  #reportedAtMs: number

  constructor(
    report: (topic: string, count: number, detail?: string) => void,
    { intervalMs, nowMs }: { intervalMs: number; nowMs: number },
  ) {
    this.#report = report
    this.#intervalMs = intervalMs
    this.#reportedAtMs = nowMs
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
    if (nowMs - this.#reportedAtMs >= this.#intervalMs) this.flush(nowMs)
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
}

/** Topics that are told apart within an interval. */
const maxTopics = 32
