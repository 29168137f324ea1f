import type { Points } from '../telemetry/points'

/** A part of a line, and from how long a pause on the line is broken. */
export interface LinePart extends Points {
  gapMs: number
}

/** A line to draw: times, and at each a value, or null where the line is broken. */
export interface Line {
  times: ArrayLike<number>
  values: ArrayLike<number | null>
  /** Samples were left out, as more than four of them shared a pixel. */
  thinned: boolean
}

const INITIAL_CAPACITY = 256

/** Thins one line, again and again: many times a second new arrays would be most of what a page throws away. */
export class LineThinner {
  #times = new Float64Array(INITIAL_CAPACITY)
  /** NaN where the line is broken. */
  #values = new Float64Array(INITIAL_CAPACITY)
  #length = 0
  #broken = false
  #thinned = false
  #bucketMs = 0
  #bucket = Number.NaN
  #first = 0
  #low = 0
  #high = 0
  #last = 0
  #firstAt = 0
  #lowAt = 0
  #highAt = 0
  #lastAt = Number.NaN
  #count = 0

  /**
   * Joins the parts of a line, breaks it where samples are missing, and leaves the first, the least, the greatest and the
   * last of each bucket: what a pixel shows of them. A bucket of 0 ms leaves all. Valid until the next call.
   */
  thin(parts: readonly LinePart[], bucketMs: number): Line {
    this.#bucketMs = bucketMs
    this.#length = this.#count = 0
    this.#broken = this.#thinned = false
    this.#bucket = this.#lastAt = Number.NaN
    for (const part of parts) this.#add(part)
    this.#flush()
    const values = this.#values.subarray(0, this.#length)
    return {
      times: this.#times.subarray(0, this.#length),
      values: this.#broken ? Array.from(values, (value) => (Number.isNaN(value) ? null : value)) : values,
      thinned: this.#thinned,
    }
  }

  #add({ times, values, gapMs }: LinePart): void {
    for (let index = 0; index < times.length; index += 1) {
      const [ts, value] = [times[index] as number, values[index] as number]
      if (ts - this.#lastAt > gapMs) this.#break()
      const bucket = this.#bucketMs === 0 ? index : Math.floor(ts / this.#bucketMs)
      if (bucket === this.#bucket && this.#bucketMs !== 0) this.#take(ts, value)
      else this.#open(bucket, ts, value)
    }
  }

  #open(bucket: number, ts: number, value: number): void {
    this.#flush()
    this.#bucket = bucket
    this.#firstAt = this.#lowAt = this.#highAt = this.#lastAt = ts
    this.#first = this.#low = this.#high = this.#last = value
    this.#count = 1
  }

  #take(ts: number, value: number): void {
    if (value < this.#low) [this.#low, this.#lowAt] = [value, ts]
    if (value > this.#high) [this.#high, this.#highAt] = [value, ts]
    this.#last = value
    this.#lastAt = ts
    this.#count += 1
  }

  #break(): void {
    const at = this.#lastAt
    this.#flush()
    this.#push(at + BREAK_MS, Number.NaN)
    this.#broken = true
  }

  #flush(): void {
    if (this.#count === 0) return
    const before = this.#length
    this.#push(this.#firstAt, this.#first)
    if (this.#lowAt < this.#highAt) {
      this.#pushInner(this.#lowAt, this.#low)
      this.#pushInner(this.#highAt, this.#high)
    } else {
      this.#pushInner(this.#highAt, this.#high)
      this.#pushInner(this.#lowAt, this.#low)
    }
    if (this.#lastAt > this.#firstAt) this.#push(this.#lastAt, this.#last)
    if (this.#count > this.#length - before) this.#thinned = true
    this.#count = 0
    this.#bucket = Number.NaN
  }

  #pushInner(ts: number, value: number): void {
    const before = this.#times[this.#length - 1] ?? Number.NEGATIVE_INFINITY
    if (ts > before && ts < this.#lastAt) this.#push(ts, value)
  }

  #push(ts: number, value: number): void {
    if (this.#length === this.#times.length) {
      this.#times = doubled(this.#times)
      this.#values = doubled(this.#values)
    }
    this.#times[this.#length] = ts
    this.#values[this.#length] = value
    this.#length += 1
  }
}

function doubled(old: Float64Array): Float64Array<ArrayBuffer> {
  const array = new Float64Array(old.length * 2)
  array.set(old)
  return array
}

/** A break lies this long after the last sample before it. */
const BREAK_MS = 0.0005
