import type { TelemetryValue } from '@heliograph/protocol'
import { SeriesBuffer } from './series-buffer'

/** About nine hours at a sample a second; beyond it a chart of the last minutes has nothing to show. */
const MAXIMUM_POINTS = 32_768
/** How long a sample that was fetched may still be on its way as a live message. */
const UNDER_WAY_MS = 1_000
const MAXIMUM_UNDER_WAY = 50
/** How long after its arrival a sample that is not stored counts as refused by the platform. */
const GRACE_MS = 5_000

export interface TimedValue {
  ts: number
  value: TelemetryValue
}

interface Provisional extends TimedValue {
  arrivedAt: number
}

/**
 * The samples of one key, from history and live, each exactly once.
 *
 * Samples that carry their time are the same by it. Those that do not are stamped by the platform, in
 * its store only: a live one is provisional, at the time of its arrival, until the stored one is
 * fetched and claims it. Both come in the order of their stamps, so values in order tell which is which.
 */
export class KeySeries {
  readonly points = new SeriesBuffer(MAXIMUM_POINTS)
  #newest: TimedValue | null = null
  #provisional: Provisional[] = []
  /** Fetched before their live message came; it is not to be counted again. */
  #underWay: { value: TelemetryValue; until: number }[] = []

  /** The newest sample, provisional ones included. */
  get latest(): TimedValue | null {
    const provisional = this.#provisional.at(-1)
    if (provisional === undefined) return this.#newest
    return this.#newest !== null && this.#newest.ts > provisional.ts ? this.#newest : provisional
  }

  get oldestProvisionalAt(): number | null {
    return this.#provisional[0]?.arrivedAt ?? null
  }

  /** A live sample that carries its time. */
  addStamped(sample: TimedValue): void {
    const value = plottable(sample.value)
    if (value !== null) this.points.set(sample.ts, value)
    this.#noticeNewest(sample)
  }

  /** A live sample without a time. False when its stored form is here already. */
  addProvisional(value: TelemetryValue, arrivedAt: number): boolean {
    this.#underWay = this.#underWay.filter(({ until }) => until > arrivedAt)
    const known = this.#underWay.findIndex((sample) => same(sample.value, value))
    if (known >= 0) {
      this.#underWay.splice(0, known + 1)
      return false
    }
    // Between two microseconds, where no stored sample can be.
    const lastUs = Math.floor((this.#provisional.at(-1)?.ts ?? 0) * 1_000)
    const ts = (Math.max(Math.floor(arrivedAt * 1_000), lastUs + 1) + 0.5) / 1_000
    this.#provisional.push({ ts, value, arrivedAt })
    const point = plottable(value)
    if (point !== null) this.points.set(ts, point)
    return true
  }

  /** Stored samples in the order of their time. */
  addStored(samples: readonly TimedValue[], now: number): void {
    const fresh = samples.filter((sample) => this.#isNew(sample))
    const unclaimed = this.#claim(fresh)
    this.points.merge(
      samples.flatMap(({ ts, value }) => {
        const point = plottable(value)
        return point === null ? [] : [{ ts, value: point }]
      }),
    )
    const newest = samples.at(-1)
    if (newest !== undefined) this.#noticeNewest(newest)
    // A swallowed message is not lost: the next refresh brings its stored form.
    const until = now + UNDER_WAY_MS
    for (const { value } of unclaimed.slice(-MAXIMUM_UNDER_WAY)) this.#underWay.push({ value, until })
  }

  /**
   * All that is stored since `since` was fetched by a request of `sentAt`: a provisional sample that was
   * there long before, and that nothing stored has claimed, was not kept by the platform.
   */
  settle(since: number, sentAt: number): void {
    this.#drop(({ arrivedAt }) => arrivedAt > since && arrivedAt < sentAt - GRACE_MS)
  }

  trimBefore(ts: number): void {
    this.points.trimBefore(ts)
  }

  #isNew({ ts, value }: TimedValue): boolean {
    if (plottable(value) === null) return this.#newest === null || ts > this.#newest.ts
    const at = this.points.indexAt(ts)
    return this.points.times[at] !== ts
  }

  /** Drops each provisional sample whose stored form is among these, and returns those that claimed none. */
  #claim(fresh: readonly TimedValue[]): TimedValue[] {
    const claimed = new Set<Provisional>()
    const unclaimed: TimedValue[] = []
    let next = 0
    for (const sample of fresh) {
      const at = this.#provisionalFrom(next, sample.value)
      const provisional = this.#provisional[at]
      if (provisional === undefined) {
        unclaimed.push(sample)
      } else {
        claimed.add(provisional)
        next = at + 1
      }
    }
    this.#drop((provisional) => claimed.has(provisional))
    return unclaimed
  }

  /** The index of the first one with this value, from an index on; the length when there is none. */
  #provisionalFrom(index: number, value: TelemetryValue): number {
    for (let at = index; at < this.#provisional.length; at += 1) {
      const other = this.#provisional[at]
      if (other !== undefined && same(other.value, value)) return at
    }
    return this.#provisional.length
  }

  #drop(gone: (provisional: Provisional) => boolean): void {
    this.points.delete(this.#provisional.filter(gone).map(({ ts }) => ts))
    this.#provisional = this.#provisional.filter((provisional) => !gone(provisional))
  }

  #noticeNewest(sample: TimedValue): void {
    if (this.#newest === null || sample.ts >= this.#newest.ts) this.#newest = sample
  }
}

/** A number to draw: numbers as they are, true and false as 1 and 0, anything else not. */
export function plottable(value: TelemetryValue): number | null {
  if (typeof value === 'number') return value
  return typeof value === 'boolean' ? Number(value) : null
}

function same(a: TelemetryValue, b: TelemetryValue): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}
