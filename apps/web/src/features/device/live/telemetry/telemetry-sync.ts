import type { LatestTelemetry, Telemetry, TelemetryPage } from '@heliograph/protocol'
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

/** Provisional samples are replaced by stored ones this long after they arrive. */
const REFRESH_AFTER_MS = 2_000
const RETRY_AFTER_MS = 5_000
/** A sample may have been stored a little before its live message arrives. */
const MARGIN_SECONDS = 15
/**
 * The platform assigns rising times to the samples of a device and stores them in that order. So a reading begins this
 * little before the last sample that was found. A sample that is not found that way is searched from further back.
 */
const READ_AGAIN_MS = 50
/** A sample that arrived this long before a reading, and was not found, is searched from further back. */
const FOUND_AFTER_MS = 1_000
/** How long a reading may go on from where the last one ended. */
const READ_ON_WITHIN_MS = 30_000
/** A window that was loaded this lately needs only its end again. */
const FRESH_MS = 15_000
/** Guards the tab against a flood; newer chunks come first, so it is the oldest that is left out. */
const MAXIMUM_PAGES = 60
/** Reading what is provisional takes a fifth of the time at most, so that a flood does not feed on itself. */
const REST_FACTOR = 4
const LONGEST_REST_MS = 15_000

/**
 * Joins history and live: live messages go into the store as they come, and history is fetched at the
 * start, after each reconnect, and shortly after samples whose time only the platform knows.
 */
export class TelemetrySync {
  readonly #abort = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  #reload: ReturnType<typeof setTimeout> | undefined
  #wasServed = false
  #loadedAt = Number.NEGATIVE_INFINITY
  #restMs = REFRESH_AFTER_MS
  /** The assigned timestamp up to which the last reading found everything, and the time of that reading. */
  #foundUpTo: { stamp: number; at: number } | null = null

  constructor(private readonly options: TelemetrySyncOptions) {}

  stop(): void {
    this.#abort.abort()
    clearTimeout(this.#timer)
    clearTimeout(this.#reload)
  }

  live(telemetry: Telemetry, receivedAt: number): void {
    if (this.options.store.addLive(telemetry, receivedAt)) this.#refreshIn(this.#restMs)
  }

  /**
   * Messages arrive from now on: what came before the first of them is fetched. After a reconnect that is soon the whole
   * window, as a device may have sent what it measured minutes before.
   */
  async served(): Promise<void> {
    const ageMs = platformNow() - this.#loadedAt
    if (ageMs > FRESH_MS) {
      this.#wasServed = true
      return this.load()
    }
    if (this.#wasServed) this.#loadIn(FRESH_MS - ageMs)
    this.#wasServed = true
    await this.#guarded(() => this.#fetchSince(60))
  }

  /** Fetches the whole window, the newest part first. */
  async load(): Promise<void> {
    const startedAt = platformNow()
    this.#loadedAt = startedAt
    const done = await this.#guarded(async () => {
      // The last values are shown however old they are.
      const latest = await this.options.fetchLatest(this.#abort.signal)
      this.options.store.addStored(latest.items, platformNow())
      let [pages, covered] = [MAXIMUM_PAGES, startedAt]
      for (const { from, to, seconds } of chunks(this.options.windowSeconds)) {
        pages = await this.#fetchRange(to === null ? { from } : { from, to }, pages)
        // Older samples may be here already, but not those that came while disconnected.
        if (pages <= 0) return this.options.store.uncover(covered)
        covered = startedAt - seconds * 1_000
        this.options.store.cover(covered, startedAt)
      }
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

  async #refresh(): Promise<void> {
    const { store } = this.options
    const startedAt = platformNow()
    const done = await this.#guarded(() => this.#fetchProvisional(startedAt))
    const left = store.oldestProvisionalAt()
    const stamp = store.claimedUpTo()
    const isAllFound = done && (left === null || left > startedAt - FOUND_AFTER_MS)
    this.#foundUpTo = isAllFound && stamp !== null ? { stamp, at: startedAt } : null
    this.#restMs = Math.min(
      LONGEST_REST_MS,
      Math.max(REFRESH_AFTER_MS, (platformNow() - startedAt) * REST_FACTOR),
    )
    if (left !== null) this.#refreshIn(done ? this.#restMs : RETRY_AFTER_MS)
  }

  /** Goes on where the last reading ended, where that is known; else begins well before the oldest provisional sample. */
  async #fetchProvisional(now: number): Promise<void> {
    const { store, windowSeconds } = this.options
    const found = this.#foundUpTo
    if (found !== null && now - found.at < READ_ON_WITHIN_MS) {
      await this.#fetchRange({ from: String(Math.floor(found.stamp - READ_AGAIN_MS)) }, MAXIMUM_PAGES)
      return
    }
    const ageMs = now - (store.oldestProvisionalAt() ?? now)
    await this.#fetchSince(Math.min(windowSeconds, Math.ceil(ageMs / 1_000) + MARGIN_SECONDS))
  }

  async #fetchSince(seconds: number): Promise<void> {
    const sentAt = platformNow()
    const left = await this.#fetchRange({ from: `-${seconds}s` }, MAXIMUM_PAGES)
    if (left > 0) this.options.store.dropUnstored(sentAt - seconds * 1_000, sentAt)
  }

  /** Fetches a range page by page and returns how many pages are left of the allowance. */
  async #fetchRange(range: HistoryRange, pages: number): Promise<number> {
    const { store, fetchPage } = this.options
    let left = pages
    let cursor: string | null = null
    do {
      const page: TelemetryPage = await fetchPage(
        cursor === null ? range : { ...range, cursor },
        this.#abort.signal,
      )
      this.#abort.signal.throwIfAborted()
      store.addStored(page.items, platformNow())
      cursor = page.nextCursor
      left -= 1
    } while (cursor !== null && left > 0)
    return left
  }

  #refreshIn(delayMs: number): void {
    if (this.#abort.signal.aborted) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      void this.#refresh()
    }, delayMs)
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
