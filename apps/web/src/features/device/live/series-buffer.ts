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

  constructor(private readonly maximum: number) {}

  get length(): number {
    return this.#end - this.#start
  }

  /** A view of the times, valid until the next change. */
  get times(): Float64Array {
    return this.#times.subarray(this.#start, this.#end)
  }

  /** A view of the values, valid until the next change. */
  get values(): Float64Array {
    return this.#values.subarray(this.#start, this.#end)
  }

  /** Sets the value at a time. */
  set(ts: number, value: number): void {
    if (this.length === 0 || ts > (this.#times[this.#end - 1] as number)) {
      this.#reserve(1)
      this.#times[this.#end] = ts
      this.#values[this.#end] = value
      this.#end += 1
      this.#shrink()
      return
    }
    const at = this.#start + this.indexAt(ts)
    if (this.#times[at] === ts) this.#values[at] = value
    else this.merge([{ ts, value }])
  }

  /** Removes the point at a time; false when there is none. */
  delete(ts: number): boolean {
    const at = this.#start + this.indexAt(ts)
    if (at >= this.#end || this.#times[at] !== ts) return false
    this.#times.copyWithin(at, at + 1, this.#end)
    this.#values.copyWithin(at, at + 1, this.#end)
    this.#end -= 1
    return true
  }

  /** Takes in points that are in the order of their time; where a time is known already, the new value counts. */
  merge(points: readonly Point[]): void {
    const { times, values } = this
    const total = times.length + points.length
    const mergedTimes = new Float64Array(Math.max(INITIAL_CAPACITY, Math.ceil(total * 1.5)))
    const mergedValues = new Float64Array(mergedTimes.length)
    let [mine, theirs, count] = [0, 0, 0]
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
      mergedTimes[count] = ts
      mergedValues[count] = value
      count += 1
    }
    this.#times = mergedTimes
    this.#values = mergedValues
    this.#start = 0
    this.#end = count
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

  #shrink(): void {
    if (this.length > this.maximum) this.#start = this.#end - this.maximum
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
