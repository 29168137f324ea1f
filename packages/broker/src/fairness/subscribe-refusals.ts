import type { BrokerEvents } from '../interface/broker.js'

type Refused<P> = BrokerEvents<P>['refused']

interface Entry<P> {
  reported: number
  unreported: number
  newest: Refused<P>
}

/**
 * Reports refused subscriptions: the first of a session and a reason one by one, and how many followed once in an interval.
 * One packet may have a thousand filters, and each report has listeners that write logs and notices.
 */
export class SubscribeRefusals<P> {
  readonly #report: (refusal: Refused<P>) => void
  readonly #entries = new Map<string, Entry<P>>()
  #elapsedMs = 0

  constructor(report: (refusal: Refused<P>) => void) {
    this.#report = report
  }

  add(refusal: Refused<P>): void {
    const name = `${refusal.reason} ${refusal.sessionId}`
    let entry = this.#entries.get(name)
    if (!entry) {
      entry = { reported: 0, unreported: 0, newest: refusal }
      this.#entries.set(name, entry)
    }
    if (entry.reported < reportedOneByOne) {
      entry.reported++
      this.#report(refusal)
    } else {
      entry.unreported++
      entry.newest = refusal
    }
  }

  /** Called a few times a second. */
  sweep(elapsedMs: number): void {
    this.#elapsedMs += elapsedMs
    if (this.#elapsedMs < intervalMs) return
    this.#elapsedMs = 0
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const { unreported, newest } of entries)
      if (unreported > 0) this.#report({ ...newest, count: unreported })
  }
}

const reportedOneByOne = 32
const intervalMs = 1_000
