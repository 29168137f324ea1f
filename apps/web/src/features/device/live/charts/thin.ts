import type { Points } from '../history/series-tiles'

/** A part of a line, and from how long a pause on the line is broken. */
export interface LinePart extends Points {
  gapMs: number
}

/** What is drawn: times, and at each a value, or null where the line is broken. */
export interface Line {
  times: number[]
  values: (number | null)[]
  /** Samples were left out, as more than four of them shared a pixel. */
  thinned: boolean
}

/**
 * Joins the parts of a line, breaks it where samples are missing, and leaves the first, the least, the greatest and the
 * last of each bucket: what a pixel shows of them. A bucket of 0 ms leaves all.
 */
export function thinLine(parts: readonly LinePart[], bucketMs: number): Line {
  const line = new Thinner(bucketMs)
  for (const part of parts) line.add(part)
  return line.end()
}

class Thinner {
  readonly #line: Line = { times: [], values: [], thinned: false }
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

  constructor(private readonly bucketMs: number) {}

  add({ times, values, gapMs }: LinePart): void {
    for (let index = 0; index < times.length; index += 1) {
      const [ts, value] = [times[index] as number, values[index] as number]
      if (ts - this.#lastAt > gapMs) this.#break()
      const bucket = this.bucketMs === 0 ? index : Math.floor(ts / this.bucketMs)
      if (bucket === this.#bucket && this.bucketMs !== 0) this.#take(ts, value)
      else this.#open(bucket, ts, value)
    }
  }

  end(): Line {
    this.#flush()
    return this.#line
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
    this.#push(at + BREAK_MS, null)
  }

  #flush(): void {
    if (this.#count === 0) return
    const before = this.#line.times.length
    this.#push(this.#firstAt, this.#first)
    if (this.#lowAt < this.#highAt) {
      this.#pushInner(this.#lowAt, this.#low)
      this.#pushInner(this.#highAt, this.#high)
    } else {
      this.#pushInner(this.#highAt, this.#high)
      this.#pushInner(this.#lowAt, this.#low)
    }
    if (this.#lastAt > this.#firstAt) this.#push(this.#lastAt, this.#last)
    if (this.#count > this.#line.times.length - before) this.#line.thinned = true
    this.#count = 0
    this.#bucket = Number.NaN
  }

  #pushInner(ts: number, value: number): void {
    if (ts > (this.#line.times.at(-1) ?? Number.NEGATIVE_INFINITY) && ts < this.#lastAt) this.#push(ts, value)
  }

  #push(ts: number, value: number | null): void {
    this.#line.times.push(ts)
    this.#line.values.push(value)
  }
}

/** A break lies this long after the last sample before it. */
const BREAK_MS = 0.0005
