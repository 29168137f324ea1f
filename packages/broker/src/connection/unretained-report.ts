import type { Core } from '../core/core.js'
import type { ClientInfo, UnretainedReason } from '../interface/types.js'
import { TopicReport } from './topic-report.js'

/**
 * Reports the messages of one client that were delivered but not retained: the first of a topic at once, and how many
 * followed once a minute, because firmware that sets the retain flag sets it on every message.
 */
export class UnretainedReport<P> {
  readonly #core: Core<P>
  readonly #client: ClientInfo<P>
  readonly #reports = new Map<UnretainedReason, TopicReport>()

  constructor(core: Core<P>, client: ClientInfo<P>) {
    this.#core = core
    this.#client = client
  }

  add(topic: string, reason: UnretainedReason): void {
    let report = this.#reports.get(reason)
    if (!report) {
      report = this.#of(reason)
      this.#reports.set(reason, report)
    }
    report.add(topic)
  }

  /** Called a few times a second. */
  sweep(nowMs: number): void {
    for (const report of this.#reports.values()) report.sweep(nowMs)
  }

  flush(nowMs: number): void {
    for (const report of this.#reports.values()) report.flush(nowMs)
  }

  #of(reason: UnretainedReason): TopicReport {
    const { events, nowMs } = this.#core
    const client = this.#client
    return new TopicReport((topic, count) => events.emit('unretained', { client, reason, topic, count }), {
      intervalMs,
      nowMs,
    })
  }
}

const intervalMs = 60_000
