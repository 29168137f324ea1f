import type { Sample, StoredValues } from '@heliograph/protocol'
import { KeySeries, type TimedValue } from './key-series'

/** A key as a tile shows it. A new object with each change. */
export interface KeySnapshot {
  latest: TimedValue | null
  /** A change makes the tile flash. */
  arrivals: number
}

interface PastListener {
  /** A live sample of long ago. */
  late(key: string, sample: TimedValue): void
  /** Late samples may have been among missed messages. */
  missed(): void
}

const NOTIFY_EVERY_MS = 200
/** Showing a tile anew takes time: of many that change, so many at once, and the next a frame later. */
const TILES_AT_ONCE = 4
const NEXT_TILES_MS = 16
/** Keys that change more often do not flash, as they would flash all the time. */
const FLASHES_PER_SECOND = 5
/** Coverage is measured by the platform's clock as the page knows it; timestamps come from devices' clocks. */
const CLOCKS_APART_MS = 120_000
/** Charts draw from both this store and history around the edge. */
const LATE_MARGIN_MS = 300_000
const NOTHING: KeySnapshot = { latest: null, arrivals: 0 }

/** All telemetry of one device that its page shows. Tells a few times a second, however much arrives, and not all in one task. */
export class TelemetryStore {
  readonly #series = new Map<string, KeySeries>()
  readonly #snapshots = new Map<string, KeySnapshot>()
  readonly #keyListeners = new Set<() => void>()
  readonly #tiles = new Map<string, Set<() => void>>()
  #isChanged = false
  /** Keys whose listeners have not been notified of a new snapshot yet. */
  #notNotified: string[] = []
  /** Live samples of each key since the last notification. */
  readonly #arrivals = new Map<string, number>()
  #notifiedAt = 0
  #notifiedKeys: readonly string[] = []
  #keys: readonly string[] = []
  readonly #traits = new Map<string, string>()
  #revision = 0
  #coveredFrom = Number.POSITIVE_INFINITY
  #marginMs = 0
  #past: PastListener | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Changes with every change; charts look at it once a frame. */
  get revision(): number {
    return this.#revision
  }

  /** All that is stored from this time on is here; infinite until the first of it was read. */
  get coveredFrom(): number {
    return this.#coveredFrom
  }

  /** Everything from this time until now has been added. */
  cover(from: number, now: number): void {
    this.#coveredFrom = Math.min(this.#coveredFrom, from)
    this.#marginMs = Math.min(CLOCKS_APART_MS, (now - this.#coveredFrom) / 2)
    this.#changed()
  }

  /** Samples before this time may be missing. */
  uncover(from: number): void {
    this.#coveredFrom = Math.max(this.#coveredFrom, from)
  }

  /** Sets the listener for changes before this window; null removes it. */
  listenToPast(past: PastListener | null): void {
    this.#past = past
  }

  /** Called when messages may have been missed. */
  missed(): void {
    this.#past?.missed()
  }

  /** All keys, in the order in which they are shown. The same array until a key is added, or is drawn in another way. */
  readonly keys = (): readonly string[] => this.#keys

  snapshot(key: string): KeySnapshot {
    return this.#snapshots.get(key) ?? NOTHING
  }

  series(key: string): KeySeries | undefined {
    return this.#series.get(key)
  }

  /** From when on a key is drawn from here; what was before is asked for. */
  seamOf(key: string): number {
    const lost = this.#series.get(key)?.drawn.lostBefore ?? Number.NEGATIVE_INFINITY
    return Math.max(this.#coveredFrom + this.#marginMs, lost)
  }

  /** Tells when `keys` changes. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#keyListeners.add(listener)
    return () => this.#keyListeners.delete(listener)
  }

  /** Tells when the snapshot of a key has changed. */
  listenTo(key: string, listener: () => void): () => void {
    const listeners = this.#tiles.get(key) ?? new Set()
    this.#tiles.set(key, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** A message that has just come, with the times at which it is stored. */
  addLive(message: readonly StoredValues[], receivedAt: number): void {
    for (const { ts, values } of message) {
      const isLate = ts < this.#coveredFrom + LATE_MARGIN_MS
      for (const [key, value] of Object.entries(values)) {
        if (isLate) this.#past?.late(key, { ts, value })
        this.#of(key).addLive({ ts, value }, receivedAt)
        this.#arrivals.set(key, (this.#arrivals.get(key) ?? 0) + 1)
      }
    }
    this.#changed()
  }

  /** A page of history, or the latest of each key. See KeySeries.addStored. */
  addStored(samples: readonly Sample[], liveSince: number): void {
    for (const [key, ofKey] of byKey(samples)) this.#of(key).addStored(ofKey, liveSince)
    this.#changed()
  }

  /** See KeySeries.dropUnstored. */
  dropUnstored(from: number, arrivedBefore: number): number {
    let dropped = 0
    for (const series of this.#series.values()) dropped += series.dropUnstored(from, arrivedBefore)
    if (dropped > 0) this.#changed()
    return dropped
  }

  /** The time of the oldest sample that came live and was not read from history yet; infinite when there is none. */
  oldestUnstored(): number {
    let oldest = Number.POSITIVE_INFINITY
    for (const series of this.#series.values()) oldest = Math.min(oldest, series.oldestUnstored)
    return oldest
  }

  trimBefore(ts: number): void {
    for (const series of this.#series.values()) series.trimBefore(ts)
    if (Number.isFinite(this.#coveredFrom)) this.uncover(ts)
  }

  #of(key: string): KeySeries {
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const series = new KeySeries()
    this.#series.set(key, series)
    this.#keys = [...this.#series.keys()].sort(byName.compare)
    return series
  }

  #changed(): void {
    this.#revision += 1
    this.#isChanged = true
    this.#notifyIn(NOTIFY_EVERY_MS)
  }

  #notifyIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      if (this.#notNotified.length === 0) this.#notNotified = this.#takeSnapshots()
      this.#notify(this.#notNotified.splice(0, TILES_AT_ONCE))
      if (this.#notNotified.length > 0) this.#notifyIn(NEXT_TILES_MS)
      else if (this.#isChanged) this.#notifyIn(NOTIFY_EVERY_MS)
    }, ms)
  }

  /** Returns the changed keys that have listeners. */
  #takeSnapshots(): string[] {
    this.#isChanged = false
    const now = Date.now()
    const mostArrivals = Math.max(1, ((now - this.#notifiedAt) / 1_000) * FLASHES_PER_SECOND)
    this.#notifiedAt = now
    const [first, seen]: [string[], string[]] = [[], []]
    for (const [key, { latest }] of this.#series) {
      const before = this.snapshot(key)
      const arrived = this.#arrivals.get(key) ?? 0
      this.#noticeTraits(key)
      if (before.latest === latest && arrived === 0) continue
      const flashes = arrived > 0 && arrived <= mostArrivals
      this.#snapshots.set(key, { latest, arrivals: before.arrivals + Number(flashes) })
      if ((this.#tiles.get(key)?.size ?? 0) === 0) continue
      if (before.latest === null) first.push(key)
      else seen.push(key)
    }
    this.#arrivals.clear()
    // New tiles appear together, as each moves those below it.
    this.#notify(first)
    if (this.#notifiedKeys !== this.#keys) for (const listener of this.#keyListeners) listener()
    this.#notifiedKeys = this.#keys
    return seen
  }

  /** Tells listeners when a key is drawn in another way, or begins to move: the default charts depend on both. */
  #noticeTraits(key: string): void {
    const series = this.#series.get(key)
    const traits = `${series?.kind} ${series?.moves}`
    if (this.#traits.get(key) === traits) return
    this.#traits.set(key, traits)
    this.#keys = [...this.#keys]
  }

  #notify(keys: readonly string[]): void {
    for (const key of keys) for (const listener of this.#tiles.get(key) ?? []) listener()
  }
}

function byKey(samples: readonly Sample[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const group = groups.get(sample.key)
    if (group === undefined) groups.set(sample.key, [sample])
    else group.push(sample)
  }
  return groups
}

const byName = new Intl.Collator('en', { numeric: true })
