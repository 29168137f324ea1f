import type { TelemetryValue } from '@heliograph/protocol'
import { SeriesBuffer } from './series-buffer'
import { kindOf, numberOf, type SeriesKind, StateLabels } from './state-labels'

/** About nine hours at a sample a second; beyond it a chart of the last minutes has nothing to show. */
const MAXIMUM_POINTS = 32_768
/** Of provisional samples that nothing stored claims so many more are kept, to be given up together. */
const GIVEN_UP_AT_ONCE = 4_096
/** How long a sample that was fetched may still be on its way as a live message. */
const UNDER_WAY_MS = 1_000
const MAXIMUM_UNDER_WAY = 50
/** So many of the last samples decide how a key is drawn, and whether it moves. */
const [JUDGED_BY, MOVES_WITHIN] = [20, 60]
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
 * fetched. Both come in the order of their stamps, so values in order tell which is which.
 */
export class KeySeries {
  /** Its numbers. */
  readonly points = new SeriesBuffer(MAXIMUM_POINTS)
  /** Its booleans and strings, as codes that `labels` knows. */
  readonly states = new SeriesBuffer(MAXIMUM_POINTS)
  readonly labels = new StateLabels()
  #newest: TimedValue | null = null
  #provisional: Provisional[] = []
  /** Fetched before their live message came; it is not to be counted again. */
  #underWay: { value: TelemetryValue; until: number }[] = []
  #claimedUpTo: number | null = null

  /**
   * How it is drawn: as a line, as bands, or not at all. Most of its last samples decide, so that one text among numbers, or
   * one number among texts, changes nothing.
   */
  get kind(): SeriesKind | null {
    const { points, states } = this
    let [numbers, texts] = [0, 0]
    while (numbers + texts < JUDGED_BY && numbers + texts < points.length + states.length) {
      const number = points.timeBeforeLast(numbers) ?? Number.NEGATIVE_INFINITY
      if (number > (states.timeBeforeLast(texts) ?? Number.NEGATIVE_INFINITY)) numbers += 1
      else texts += 1
    }
    if (numbers + texts === 0) return null
    return numbers >= texts ? 'numbers' : 'states'
  }

  /** Whether its last values differ. */
  get moves(): boolean {
    const values = this.drawn.values.subarray(-MOVES_WITHIN)
    return values.some((value) => value !== values[0])
  }

  /** The buffer that charts draw. */
  get drawn(): SeriesBuffer {
    return this.kind === 'states' ? this.states : this.points
  }

  /** The newest sample, provisional ones included. */
  get latest(): TimedValue | null {
    const provisional = this.#provisional.at(-1)
    if (provisional === undefined) return this.#newest
    return this.#newest !== null && this.#newest.ts > provisional.ts ? this.#newest : provisional
  }

  /** The assigned timestamp of the newest stored sample that replaced a provisional one; null before the first. */
  get claimedUpTo(): number | null {
    return this.#claimedUpTo
  }

  get oldestProvisionalAt(): number | null {
    return this.#provisional[0]?.arrivedAt ?? null
  }

  /** A live sample that carries its time. */
  addTimestamped(sample: TimedValue): void {
    this.#set(sample)
    this.#noticeNewest(sample)
  }

  /** A live sample without a time. False when its stored form is here already. */
  addProvisional(value: TelemetryValue, arrivedAt: number): boolean {
    if (this.#isUnderWay(value, arrivedAt)) return false
    // Between two microseconds, where no stored sample can be.
    const lastUs = Math.floor((this.#provisional.at(-1)?.ts ?? 0) * 1_000)
    const ts = (Math.max(Math.floor(arrivedAt * 1_000), lastUs + 1) + 0.5) / 1_000
    this.#provisional.push({ ts, value, arrivedAt })
    if (this.#provisional.length > MAXIMUM_POINTS + GIVEN_UP_AT_ONCE)
      this.#giveUpBefore(this.#provisional.at(-MAXIMUM_POINTS))
    this.#set({ ts, value })
    return true
  }

  /** Stored samples in the order of their time. */
  addStored(samples: readonly TimedValue[], now: number): void {
    const fresh = samples.filter((sample) => this.#isNew(sample))
    const unclaimed = this.#claim(fresh)
    this.points.merge(
      samples.flatMap(({ ts, value }) => {
        const number = numberOf(value)
        return number === null ? [] : [{ ts, value: number }]
      }),
    )
    this.states.merge(
      samples.flatMap(({ ts, value }) =>
        kindOf(value) === 'states' ? { ts, value: this.labels.codeOf(value) } : [],
      ),
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
  dropUnstored(since: number, sentAt: number): void {
    this.#drop(({ arrivedAt }) => arrivedAt > since && arrivedAt < sentAt - GRACE_MS)
  }

  trimBefore(ts: number): void {
    this.points.trimBefore(ts)
    this.states.trimBefore(ts)
    // The last one stays: it is the latest of all.
    this.#giveUpBefore(this.#provisional.find((sample) => sample.ts >= ts) ?? this.#provisional.at(-1))
  }

  #isUnderWay(value: TelemetryValue, arrivedAt: number): boolean {
    if (this.#underWay.length === 0) return false
    this.#underWay = this.#underWay.filter(({ until }) => until > arrivedAt)
    const known = this.#underWay.findIndex((sample) => same(sample.value, value))
    if (known < 0) return false
    this.#underWay.splice(0, known + 1)
    return true
  }

  #set({ ts, value }: TimedValue): void {
    const number = numberOf(value)
    if (number !== null) this.points.set(ts, number)
    else if (kindOf(value) === 'states') this.states.set(ts, this.labels.codeOf(value))
  }

  #bufferOf(value: TelemetryValue): SeriesBuffer | null {
    const kind = kindOf(value)
    if (kind === null) return null
    return kind === 'numbers' ? this.points : this.states
  }

  #isNew({ ts, value }: TimedValue): boolean {
    const buffer = this.#bufferOf(value)
    if (buffer === null) return this.#newest === null || ts > this.#newest.ts
    return !buffer.has(ts)
  }

  /**
   * Drops each provisional sample whose stored form is among these, and returns those that are the form of none.
   *
   * The platform stores provisional samples from the oldest on. So each provisional sample, the oldest first, looks for
   * its stored form, and not the other way round: a stored sample that carries its own time then claims none of them.
   */
  #claim(fresh: readonly TimedValue[]): TimedValue[] {
    const forms = new Set<TimedValue>()
    const claimed = new Set<Provisional>()
    let next = 0
    for (const provisional of this.#provisional) {
      if (next === fresh.length) break
      const at = indexFrom(fresh, next, provisional.value)
      const form = fresh[at]
      if (form === undefined) continue
      forms.add(form)
      claimed.add(provisional)
      this.#claimedUpTo = Math.max(this.#claimedUpTo ?? form.ts, form.ts)
      next = at + 1
    }
    this.#drop((provisional) => claimed.has(provisional))
    return fresh.filter((sample) => !forms.has(sample))
  }

  /** Provisional samples that are no longer drawn; their stored forms, if they come, are samples like others. */
  #giveUpBefore(kept: Provisional | undefined): void {
    if (kept !== undefined && kept !== this.#provisional[0]) this.#drop(({ ts }) => ts < kept.ts)
  }

  #drop(gone: (provisional: Provisional) => boolean): void {
    const times = this.#provisional.filter(gone).map(({ ts }) => ts)
    this.points.delete(times)
    this.states.delete(times)
    this.#provisional = this.#provisional.filter((provisional) => !gone(provisional))
  }

  #noticeNewest(sample: TimedValue): void {
    if (this.#newest === null || sample.ts >= this.#newest.ts) this.#newest = sample
  }
}

/** The index of the first sample with this value, from an index on; -1 when there is none. */
function indexFrom(samples: readonly TimedValue[], from: number, value: TelemetryValue): number {
  for (let at = from; at < samples.length; at += 1)
    if (same((samples[at] as TimedValue).value, value)) return at
  return -1
}

function same(a: TelemetryValue, b: TelemetryValue): boolean {
  if (a === b) return true
  if (typeof a === 'number' && typeof b === 'number') return false
  if (typeof a === 'object') return JSON.stringify(a) === JSON.stringify(b)
  const number = numberOf(a)
  return number !== null && number === numberOf(b)
}
