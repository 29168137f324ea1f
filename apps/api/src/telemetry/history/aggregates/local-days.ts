const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** No offset from UTC is longer, and no two clock changes of a zone lie within a week of one another. */
const [longestOffsetMs, betweenChangesMs] = [16 * hourMs, 7 * dayMs]

/**
 * The days of a time zone of the IANA database, counted from 1 January 1970. As in java.time and Temporal, a day begins at
 * the first moment that has its date: an hour late where midnight is skipped, and once where it comes twice.
 */
export class LocalDays {
  private readonly format: Intl.DateTimeFormat
  /** A stretch of time in which the clock is not changed. */
  private steady = { fromMs: 0, toMs: -1, offsetMs: 0 }

  /** Throws a RangeError for a time zone that does not exist. */
  constructor(timeZone: string) {
    const parts = { year: 'numeric', month: 'numeric', day: 'numeric' } as const
    const clock = { hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' } as const
    this.format = new Intl.DateTimeFormat('en-US', { timeZone, ...parts, ...clock })
  }

  /** The number of the day that a time is in. */
  dayOf(tsUs: number): number {
    const ms = Math.floor(tsUs / 1_000)
    const day = Math.floor((ms + this.offsetAt(ms)) / dayMs)
    // Where the clock is set back over midnight, the old date comes again.
    return this.startOf(day + 1) <= tsUs ? day + 1 : day
  }

  /** When a day begins, in microseconds since 1970. A day that a zone skipped begins when the next one does. */
  startOf(day: number): number {
    const midnightMs = day * dayMs
    const [fromMs, toMs] = [midnightMs - longestOffsetMs, midnightMs + longestOffsetMs]
    if (fromMs < this.steady.fromMs || toMs > this.steady.toMs) {
      const offsetMs = this.offsetAt(fromMs)
      if (offsetMs !== this.offsetAt(toMs)) return this.startAtChange(midnightMs, fromMs, toMs) * 1_000
      const laterMs = fromMs + betweenChangesMs
      this.steady = { fromMs, toMs: this.offsetAt(laterMs) === offsetMs ? laterMs : toMs, offsetMs }
    }
    return (midnightMs - this.steady.offsetMs) * 1_000
  }

  private startAtChange(midnightMs: number, fromMs: number, toMs: number): number {
    const offsetMs = this.offsetAt(fromMs)
    let [beforeMs, changeMs] = [fromMs, toMs]
    while (changeMs - beforeMs > 1) {
      const middleMs = Math.floor((beforeMs + changeMs) / 2)
      if (this.offsetAt(middleMs) === offsetMs) beforeMs = middleMs
      else changeMs = middleMs
    }
    const startMs = midnightMs - offsetMs
    return startMs < changeMs ? startMs : Math.max(changeMs, midnightMs - this.offsetAt(toMs))
  }

  /** What is to be added to UTC for local time. */
  private offsetAt(ms: number): number {
    const [month = 1, day, year = 1970, hour, minute, second] = (
      this.format.format(ms).match(/\d+/g) ?? []
    ).map(Number)
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000
  }
}
