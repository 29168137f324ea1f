const INITIAL_CAPACITY = 256
/** In place of the arrival of a point that was read from history. */
const STORED = 0

export interface Point {
  /** Epoch milliseconds, with microseconds behind the point. */
  ts: number
  value: number
  /** When it came live (epoch milliseconds); absent for one that was read from history. */
  arrivedAt?: number
}

/**
 * Points in the order of their time, each time once, in typed arrays. Appending is what it is fast at.
 * At most `maximum` points are kept, the newest.
 */
export class SeriesBuffer {
  #times = new Float64Array(INITIAL_CAPACITY)
  #values = new Float64Array(INITIAL_CAPACITY)
  #arrivals = new Float64Array(INITIAL_CAPACITY)
  #start = 0
  #end = 0
  #lostBefore = Number.NEGATIVE_INFINITY

  constructor(private readonly maximum: number) {}

  get length(): number {
    return this.#end - this.#start
  }

  /** Points before this time were given up because there were too many. */
  get lostBefore(): number {
    return this.#lostBefore
  }

  /** The newest point. */
  get last(): { ts: number; value: number; arrivedAt: number } | undefined {
    if (this.length === 0) return undefined
    const at = this.#end - 1
    return {
      ts: this.#times[at] as number,
      value: this.#values[at] as number,
      arrivedAt: this.#arrivals[at] as number,
    }
  }

  /** The time of the newest point. */
  get lastTime(): number | undefined {
    return this.length === 0 ? undefined : this.#times[this.#end - 1]
  }

  /** The time of the point that has so many newer ones. */
  timeBeforeLast(newer: number): number | undefined {
    return newer >= this.length ? undefined : this.#times[this.#end - 1 - newer]
  }

  /** The value of the newest point. */
  get lastValue(): number | undefined {
    return this.length === 0 ? undefined : this.#values[this.#end - 1]
  }

  /** The time of the oldest point that came live and was never merged from history. */
  get oldestUnstored(): number | undefined {
    for (let at = this.#start; at < this.#end; at += 1)
      if (this.#arrivals[at] !== STORED) return this.#times[at]
    return undefined
  }

  /** A view of the times, valid until the next change. */
  get times(): Float64Array {
    return this.#times.subarray(this.#start, this.#end)
  }

  /** A view of the values, valid until the next change. */
  get values(): Float64Array {
    return this.#values.subarray(this.#start, this.#end)
  }

  has(ts: number): boolean {
    const at = this.#start + this.indexAt(ts)
    return at < this.#end && this.#times[at] === ts
  }

  /** Sets the value at a time, which came live. */
  set(ts: number, value: number, arrivedAt: number): void {
    if (this.length === 0 || ts > (this.#times[this.#end - 1] as number)) {
      this.#append(ts, value, arrivedAt)
      this.#shrink()
      return
    }
    const at = this.#start + this.indexAt(ts)
    if (at < this.#end && this.#times[at] === ts) this.#put(at, ts, value, arrivedAt)
    else this.merge([{ ts, value, arrivedAt }])
  }

  /**
   * Removes the points from a time on that came live before `arrivedBefore` and were never merged from history. Returns how
   * many.
   */
  deleteUnstored(from: number, arrivedBefore: number): number {
    let kept = this.#start + this.indexAt(from)
    const end = this.#end
    for (let at = kept; at < end; at += 1) {
      const arrivedAt = this.#arrivals[at] as number
      if (arrivedAt !== STORED && arrivedAt < arrivedBefore) continue
      this.#put(kept, this.#times[at] as number, this.#values[at] as number, arrivedAt)
      kept += 1
    }
    this.#end = kept
    return end - kept
  }

  /**
   * Takes in points that are in the order of their time; where a time is known already, the new value counts, unless the known
   * one is another that came live at or after `liveSince`.
   */
  merge(points: readonly Point[], liveSince = Number.POSITIVE_INFINITY): void {
    const first = points[0]
    if (first === undefined) return
    // Points before all of the new ones stay in place: mostly the new ones are the newest.
    const untouched = this.#start + this.indexAt(first.ts)
    const times = this.#times.slice(untouched, this.#end)
    const values = this.#values.slice(untouched, this.#end)
    const arrivals = this.#arrivals.slice(untouched, this.#end)
    this.#end = untouched
    let [mine, theirs] = [0, 0]
    while (mine < times.length || theirs < points.length) {
      const here = times[mine] ?? Number.POSITIVE_INFINITY
      const there = points[theirs]?.ts ?? Number.POSITIVE_INFINITY
      const ts = Math.min(here, there)
      let [value, arrivedAt] = [values[mine] ?? 0, arrivals[mine] ?? STORED]
      const keepsLive = here === ts && arrivedAt !== STORED && arrivedAt >= liveSince
      if (here === ts) mine += 1
      // The same time twice among the new ones: the last of them counts.
      for (let point = points[theirs]; point?.ts === ts; point = points[theirs]) {
        if (!keepsLive || point.value === value) [value, arrivedAt] = [point.value, point.arrivedAt ?? STORED]
        theirs += 1
      }
      this.#append(ts, value, arrivedAt)
    }
    this.#shrink()
  }

  /** Forgets what is before a time. */
  trimBefore(ts: number): void {
    this.#start += this.indexAt(ts)
  }

  /** The index of the first point at or after a time; `length` when there is none. */
  indexAt(ts: number): number {
    let [low, high] = [this.#start, this.#end]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#times[middle] as number) < ts) low = middle + 1
      else high = middle
    }
    return low - this.#start
  }

  #append(ts: number, value: number, arrivedAt: number): void {
    this.#reserve(1)
    this.#put(this.#end, ts, value, arrivedAt)
    this.#end += 1
  }

  #put(at: number, ts: number, value: number, arrivedAt: number): void {
    this.#times[at] = ts
    this.#values[at] = value
    this.#arrivals[at] = arrivedAt
  }

  #shrink(): void {
    if (this.length <= this.maximum) return
    this.#start = this.#end - this.maximum
    this.#lostBefore = this.#times[this.#start] as number
  }

  #reserve(count: number): void {
    if (this.#end + count <= this.#times.length) return
    const { times, values, length } = this
    // Mostly trimmed away in front: moving down is enough.
    const size = length * 2 > this.#times.length ? this.#times.length * 2 : this.#times.length
    const newArrivals = new Float64Array(size)
    newArrivals.set(this.#arrivals.subarray(this.#start, this.#end))
    const [newTimes, newValues] = [new Float64Array(size), new Float64Array(size)]
    newTimes.set(times)
    newValues.set(values)
    this.#times = newTimes
    this.#values = newValues
    this.#arrivals = newArrivals
    this.#start = 0
    this.#end = length
  }
}
