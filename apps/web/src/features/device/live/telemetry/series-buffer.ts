const INITIAL_CAPACITY = 256

export interface Point {
  /** Epoch milliseconds, with microseconds behind the point. */
  ts: number
  value: number
}

/**
 * Points in the order of their time, each time once, in typed arrays. Appending is what it is fast at.
 * At most `maximum` points are kept, the newest.
 */
export class SeriesBuffer {
  #times = new Float64Array(INITIAL_CAPACITY)
  #values = new Float64Array(INITIAL_CAPACITY)
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

  /** Sets the value at a time. */
  set(ts: number, value: number): void {
    if (this.length === 0 || ts > (this.#times[this.#end - 1] as number)) {
      this.#append(ts, value)
      this.#shrink()
      return
    }
    const at = this.#start + this.indexAt(ts)
    if (at < this.#end && this.#times[at] === ts) this.#values[at] = value
    else this.merge([{ ts, value }])
  }

  /** Removes the points at these times, which are in order. A time without a point is passed over. */
  delete(gone: readonly number[]): void {
    const [first, last] = [gone[0], gone.at(-1)]
    if (first === undefined || last === undefined) return
    const end = this.#start + this.indexAt(last) + 1
    let at = this.#start + this.indexAt(first)
    let [kept, next] = [at, 0]
    for (; at < Math.min(end, this.#end); at += 1) {
      const ts = this.#times[at] as number
      while ((gone[next] ?? Number.POSITIVE_INFINITY) < ts) next += 1
      if (gone[next] === ts) continue
      this.#times[kept] = ts
      this.#values[kept] = this.#values[at] as number
      kept += 1
    }
    this.#times.copyWithin(kept, at, this.#end)
    this.#values.copyWithin(kept, at, this.#end)
    this.#end -= at - kept
  }

  /** Takes in points that are in the order of their time; where a time is known already, the new value counts. */
  merge(points: readonly Point[]): void {
    const first = points[0]
    if (first === undefined) return
    // Points before all of the new ones stay in place: mostly the new ones are the newest.
    const untouched = this.#start + this.indexAt(first.ts)
    const times = this.#times.slice(untouched, this.#end)
    const values = this.#values.slice(untouched, this.#end)
    this.#end = untouched
    let [mine, theirs] = [0, 0]
    while (mine < times.length || theirs < points.length) {
      const here = times[mine] ?? Number.POSITIVE_INFINITY
      const there = points[theirs]?.ts ?? Number.POSITIVE_INFINITY
      const ts = Math.min(here, there)
      let value = values[mine] ?? 0
      if (here === ts) mine += 1
      // The same time twice among the new ones: the last of them counts.
      while (points[theirs]?.ts === ts) {
        value = points[theirs]?.value ?? value
        theirs += 1
      }
      this.#append(ts, value)
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

  #append(ts: number, value: number): void {
    this.#reserve(1)
    this.#times[this.#end] = ts
    this.#values[this.#end] = value
    this.#end += 1
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
    const [newTimes, newValues] = [new Float64Array(size), new Float64Array(size)]
    newTimes.set(times)
    newValues.set(values)
    this.#times = newTimes
    this.#values = newValues
    this.#start = 0
    this.#end = length
  }
}
