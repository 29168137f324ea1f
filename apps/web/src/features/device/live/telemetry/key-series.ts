import type { TelemetryValue } from '@heliograph/protocol'
import { SeriesBuffer } from './series-buffer'
import { isSwitch, kindOf, numberOf, type SeriesKind, StateLabels } from './state-labels'

/** About nine hours at a sample a second; beyond it a chart of the last minutes has nothing to show. */
const MAXIMUM_POINTS = 32_768
/** So many of the last samples decide how a key is drawn, and whether it moves. */
const [JUDGED_BY, MOVES_WITHIN] = [20, 60]

export interface TimedValue {
  ts: number
  value: TelemetryValue
}

/** The samples of one key, from history and live, each exactly once: samples of one time are the same. */
export class KeySeries {
  /** Its numbers. */
  readonly points = new SeriesBuffer(MAXIMUM_POINTS)
  /** Its booleans and strings, as codes that `labels` knows. */
  readonly states = new SeriesBuffer(MAXIMUM_POINTS)
  readonly labels = new StateLabels()
  #newestStored: TimedValue | null = null
  /** The newest that came live, until history has it or a newer one. */
  #newestLive: (TimedValue & { arrivedAt: number }) | null = null

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

  get latest(): TimedValue | null {
    return this.#newestLive ?? this.#newestStored
  }

  /** The time of the oldest sample that came live and was not read from history yet. */
  get oldestUnstored(): number {
    const { points, states } = this
    const drawn = [points.oldestUnstored, states.oldestUnstored, this.#newestLive?.ts]
    return Math.min(...drawn.map((ts) => ts ?? Number.POSITIVE_INFINITY))
  }

  addLive({ ts, value }: TimedValue, arrivedAt: number): void {
    const number = numberOf(value)
    if (number !== null) this.points.set(ts, number, arrivedAt)
    else if (kindOf(value) === 'states') this.states.set(ts, this.labels.codeOf(value), arrivedAt)
    if (this.latest === null || ts >= this.latest.ts) this.#newestLive = { ts, value, arrivedAt }
  }

  /** Stored samples in the order of their time. A live one of the same time that came at or after `liveSince` is newer. */
  addStored(samples: readonly TimedValue[], liveSince: number): void {
    const numbers = samples.flatMap(({ ts, value }) => {
      const number = numberOf(value)
      return number === null ? [] : [{ ts, value: number }]
    })
    const states = samples.flatMap(({ ts, value }) =>
      kindOf(value) === 'states' ? [{ ts, value: this.labels.codeOf(value) }] : [],
    )
    this.points.merge(numbers, liveSince)
    this.states.merge(states, liveSince)
    this.#noticeStored(samples.at(-1), liveSince)
  }

  /**
   * All that is stored from a time on was read: what came live before `arrivedBefore` and was not among it was not kept by the
   * platform. Returns how many samples were dropped.
   */
  dropUnstored(from: number, arrivedBefore: number): number {
    const dropped =
      this.points.deleteUnstored(from, arrivedBefore) + this.states.deleteUnstored(from, arrivedBefore)
    const live = this.#newestLive
    if (live === null || live.ts < from || live.arrivedAt >= arrivedBefore) return dropped
    const drawn = this.#newestDrawn()
    this.#newestLive = drawn !== null && drawn.ts > (this.#newestStored?.ts ?? 0) ? drawn : null
    return Math.max(dropped, 1)
  }

  trimBefore(ts: number): void {
    this.points.trimBefore(ts)
    this.states.trimBefore(ts)
  }

  #noticeStored(sample: TimedValue | undefined, liveSince: number): void {
    if (sample === undefined) return
    if (this.#newestStored === null || sample.ts >= this.#newestStored.ts) this.#newestStored = sample
    const live = this.#newestLive
    if (live === null || sample.ts < live.ts) return
    const isRead = sample.value === live.value || live.arrivedAt < liveSince
    if (sample.ts > live.ts || isRead) this.#newestLive = null
  }

  #newestDrawn(): (TimedValue & { arrivedAt: number }) | null {
    const { points, states, labels } = this
    const [number, state] = [points.last, states.last]
    if (number !== undefined && number.ts >= (state?.ts ?? 0)) return number
    if (state === undefined) return null
    return { ...state, value: isSwitch(state.value) ? state.value === 1 : labels.textOf(state.value) }
  }
}
