import { LatestTelemetry, type Telemetry, telemetry } from '@heliograph/protocol'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import type { LiveConnection } from '@/lib/live/live-connection'
import { platformNow } from '@/lib/platform-clock'
import { HistoryPage } from './history-page'
import type { TelemetryStore } from './telemetry-store'
import { TelemetrySync } from './telemetry-sync'
import { watchSleep } from './watch-sleep'

/** The last minutes that are kept sample by sample: the longest short range, and a margin for clock differences. */
const WINDOW_SECONDS = 18 * 60
/** Larger pages would block the browser while they are parsed. */
const PAGE_SIZE = 4_000
const TRIM_EVERY_MS = 10_000
const TRIM_MARGIN_MS = 60_000

interface TelemetryOptions {
  org: string
  device: string
  /** Only this key; all when absent. */
  key?: string
  store: TelemetryStore
  subscribe: LiveConnection['subscribe']
  onLoaded?: () => void
  onError?: (error: unknown) => void
  /** Messages come again after a time without: what is kept of long ago may lack something. */
  onMissed?: () => void
}

/** Fills a store with the last minutes of a device and with each live sample, until the returned function is called. */
export function openTelemetry(options: TelemetryOptions): () => void {
  const { org, device, key, store, subscribe } = options
  const only = key === undefined ? {} : { key: [key] }
  const sync = new TelemetrySync({
    store,
    windowSeconds: WINDOW_SECONDS,
    fetchLatest: (signal) =>
      request(`${deviceApi(device)}/telemetry/latest`, { schema: LatestTelemetry, query: only, org, signal }),
    fetchPage: (range, signal) =>
      request(`${deviceApi(device)}/telemetry`, {
        schema: HistoryPage,
        query: { ...range, ...only, limit: PAGE_SIZE },
        org,
        signal,
      }),
    onLoaded: () => options.onLoaded?.(),
    onError: (error) => options.onError?.(error),
  })
  const unsubscribe = subscribe(
    telemetry.filter({ org, device }),
    ({ payload, receivedAt, retained }) => {
      // A retained message is old, and nothing in it says how old: its samples are fetched with their true time.
      if (retained) return
      const message = decoded(payload)
      if (message !== undefined) sync.live(message, receivedAt)
    },
    () => {
      options.onMissed?.()
      void sync.served()
    },
  )
  const stopWatching = watchSleep(() => {
    options.onMissed?.()
    sync.awake()
  })
  void sync.load()
  const trimming = setInterval(
    () => store.trimBefore(platformNow() - WINDOW_SECONDS * 1_000 - TRIM_MARGIN_MS),
    TRIM_EVERY_MS,
  )
  return () => {
    sync.stop()
    unsubscribe()
    stopWatching()
    clearInterval(trimming)
  }
}

/** The platform forwards only valid telemetry, so that anything else is left out without a word. */
function decoded(payload: Uint8Array): Telemetry | undefined {
  try {
    return telemetry.decode(payload)
  } catch {
    return undefined
  }
}
