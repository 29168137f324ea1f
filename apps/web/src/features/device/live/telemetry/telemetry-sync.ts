import type { LatestTelemetry, StoredValues, StoreState, TelemetryPage } from '@heliograph/protocol'
import { platformNow } from '@/lib/platform-clock'
import type { TelemetryStore } from './telemetry-store'

export interface HistoryRange {
  /** As the API takes them: relative to the platform's own clock, so that ours does not matter. */
  from: string
  to?: string
  cursor?: string
}

export interface TelemetrySyncOptions {
  store: TelemetryStore
  fetchLatest(signal: AbortSignal): Promise<LatestTelemetry>
  fetchPage(range: HistoryRange, signal: AbortSignal): Promise<TelemetryPage>
  /** How far back the page shows. */
  windowSeconds: number
  onLoaded(): void
  /** History could not be read, or null: it can again. */
  onError(error: unknown): void
}

const RETRY_AFTER_MS = 5_000
/** A message may come this long before it is committed, unless the platform says that its database is behind. */
const COMMITTED_AFTER_MS = 5_000
/** When what came is compared with what is stored: once all of it is committed. */
const CHECK_AFTER_MS = COMMITTED_AFTER_MS + 1_000
/** A check reads this much again, so that nothing is missing that was committed while the page began to listen. */
const CHECKED_MS = 60_000
/** What was not stored may have been put off, and is then stored within this time. */
const PUT_OFF_MS = 60_000
/** The platform's clock, as far as the page knows it, may be wrong by this much. */
const CLOCK_MARGIN_MS = 15_000
/** A window that was loaded this lately needs only its end again. */
const FRESH_MS = 15_000
/** Guards the tab against a flood; newer chunks come first, so it is the oldest that is left out. */
const MAXIMUM_PAGES = 60

/**
 * Joins history and live: live messages go into the store as they come, with the times at which they are stored. History is
 * fetched at the start, after each reconnect, and when something that came may not be stored after all: the platform passes
 * messages on before it commits them where their sender waits for nothing, and while its database is behind.
 */
export class TelemetrySync {
  readonly #abort = new AbortController()
  #check: ReturnType<typeof setTimeout> | undefined
  #reload: ReturnType<typeof setTimeout> | undefined
  #isCheckDue = false
  #wasServed = false
  #loadedAt = Number.NEGATIVE_INFINITY
  #storeState: StoreState['state'] = 'ok'

  constructor(private readonly options: TelemetrySyncOptions) {}

  stop(): void {
    this.#abort.abort()
    clearTimeout(this.#check)
    clearTimeout(this.#reload)
  }

  live(message: readonly StoredValues[], receivedAt: number): void {
    this.options.store.addLive(message, receivedAt)
  }

  /**
   * Messages arrive from now on: what came before the first of them is fetched. After a reconnect that is soon the whole
   * window, as a device may have sent what it measured minutes before.
   */
  async served(): Promise<void> {
    this.checkSoon()
    const ageMs = platformNow() - this.#loadedAt
    if (ageMs > FRESH_MS) {
      this.#wasServed = true
      return this.load()
    }
    if (this.#wasServed) this.#loadIn(FRESH_MS - ageMs)
    this.#wasServed = true
    await this.#guarded(async () => {
      await this.#fetchRange({ from: '-60s' }, MAXIMUM_PAGES)
    })
  }

  /** Whether the platform's database keeps up. What was passed on meanwhile is stored when it does again. */
  storeState(state: StoreState['state']): void {
    const before = this.#storeState
    this.#storeState = state
    if (state !== 'ok' || before === 'ok') return
    this.checkSoon()
    void this.load()
  }

  /** A message that came may not be stored after all: soon what came is compared with what is stored. */
  checkSoon(): void {
    if (this.#abort.signal.aborted) return
    if (this.#check === undefined) this.#checkIn(CHECK_AFTER_MS)
    else this.#isCheckDue = true
  }

  /** Fetches the whole window, the newest part first. */
  async load(): Promise<void> {
    const startedAt = platformNow()
    this.#loadedAt = startedAt
    const { store, windowSeconds } = this.options
    const done = await this.#guarded(async () => {
      // The last values are shown however old they are.
      const latest = await this.options.fetchLatest(this.#abort.signal)
      store.addStored(latest.items, startedAt - COMMITTED_AFTER_MS)
      let [pages, covered] = [MAXIMUM_PAGES, startedAt]
      for (const { from, to, seconds } of chunks(windowSeconds)) {
        pages = await this.#fetchRange(to === null ? { from } : { from, to }, pages)
        // Older samples may be here already, but not those that came while disconnected.
        if (pages <= 0) return store.uncover(covered)
        covered = startedAt - seconds * 1_000
        store.cover(covered, startedAt)
      }
      this.#dropUnstored(platformNow() - windowSeconds * 1_000 + CLOCK_MARGIN_MS, startedAt)
    })
    if (done) {
      this.options.onLoaded()
    } else if (!this.#abort.signal.aborted) {
      this.#loadedAt = Number.NEGATIVE_INFINITY
      this.#loadIn(RETRY_AFTER_MS)
    }
  }

  #loadIn(delayMs: number): void {
    clearTimeout(this.#reload)
    this.#reload = setTimeout(() => void this.load(), delayMs)
  }

  /** The page slept: its connection may be dead unnoticed, so missed samples are fetched at once. */
  awake(): void {
    void this.load()
  }

  #checkIn(delayMs: number): void {
    this.#check = setTimeout(() => void this.#compare(), delayMs)
  }

  /** Reads what came live and was not read yet. */
  async #compare(): Promise<void> {
    const startedAt = platformNow()
    const done = await this.#guarded(async () => {
      const { store, windowSeconds } = this.options
      const oldest = Math.min(store.oldestUnstored(), startedAt - CHECKED_MS)
      const from = Math.floor(Math.max(oldest, startedAt - windowSeconds * 1_000))
      const left = await this.#fetchRange({ from: String(from) }, MAXIMUM_PAGES)
      if (left > 0) this.#dropUnstored(from, startedAt)
    })
    this.#check = undefined
    if (this.#abort.signal.aborted) return
    if (!done) return this.#checkIn(RETRY_AFTER_MS)
    if (this.#isCheckDue) this.#checkIn(CHECK_AFTER_MS)
    this.#isCheckDue = false
  }

  /** All that is stored from a time on was read, by requests since `startedAt`. While the database is behind that says little. */
  #dropUnstored(from: number, startedAt: number): void {
    if (this.#storeState !== 'ok') return
    if (this.options.store.dropUnstored(from, startedAt - COMMITTED_AFTER_MS) > 0) this.#loadIn(PUT_OFF_MS)
  }

  /** Fetches a range page by page and returns how many pages are left of the allowance. */
  async #fetchRange(range: HistoryRange, pages: number): Promise<number> {
    const { store, fetchPage } = this.options
    const liveSince = platformNow() - COMMITTED_AFTER_MS
    let left = pages
    let cursor: string | null = null
    do {
      const page: TelemetryPage = await fetchPage(
        cursor === null ? range : { ...range, cursor },
        this.#abort.signal,
      )
      this.#abort.signal.throwIfAborted()
      store.addStored(page.items, liveSince)
      cursor = page.nextCursor
      left -= 1
    } while (cursor !== null && left > 0)
    return left
  }

  async #guarded(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.options.onError(null)
      return true
    } catch (error) {
      if (!this.#abort.signal.aborted) this.options.onError(error)
      return false
    }
  }
}

/** The window in parts that double in length, the newest first, so that a chart has something to show at once. */
export function chunks(windowSeconds: number): { from: string; to: string | null; seconds: number }[] {
  const parts: { from: string; to: string | null; seconds: number }[] = []
  let [near, length] = [0, 60]
  while (near < windowSeconds) {
    const far = Math.min(windowSeconds, near + length)
    // Each overlaps the newer one by a second, as the platform's clock goes on between the two.
    parts.push({ from: `-${far}s`, to: near === 0 ? null : `-${near - 1}s`, seconds: far })
    near = far
    length *= 2
  }
  return parts
}
