import {
  fleet,
  isStored,
  LatestTelemetry,
  noticeReasonCodes,
  notices,
  type StoredValues,
  storedTimeOf,
  storedValues,
  telemetry,
} from '@heliograph/protocol'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import type { LiveConnection, LiveMessage } from '@/lib/live/live-connection'
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
  const unsubscribes = [
    subscribe(
      telemetry.filter({ org, device }),
      (message) => {
        const values = storedValuesOf(message, key)
        if (values.length > 0) sync.live(values, message.receivedAt)
      },
      () => {
        options.onMissed?.()
        void sync.served()
      },
    ),
    subscribe(notices.filter({ org, device }), ({ payload }) => {
      const code = decoded(notices, payload)?.code
      if (code !== undefined && noticeReasonCodes[code] !== 0) sync.checkSoon()
    }),
    subscribe(fleet.filter({ org }), ({ payload }) => {
      const store = decoded(fleet, payload)?.store
      if (store !== undefined) sync.storeState(store.state)
    }),
  ]
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
    for (const unsubscribe of unsubscribes) unsubscribe()
    stopWatching()
    clearInterval(trimming)
  }
}

/** What is stored of a message, each value at its stored time; of one key, or of all. */
function storedValuesOf({ payload, userProperties }: LiveMessage, key: string | undefined): StoredValues[] {
  const message = isStored(userProperties) ? decoded(telemetry, payload) : undefined
  if (message === undefined) return []
  const all = storedValues(message, storedTimeOf(userProperties))
  if (key === undefined) return all
  return all.flatMap(({ ts, values }) => {
    const value = Object.hasOwn(values, key) ? values[key] : undefined
    return value === undefined ? [] : [{ ts, values: { [key]: value } }]
  })
}

/** The platform forwards only what fits its channel, so that anything else is left out without a word. */
function decoded<Payload>(
  channel: { decode(payload: Uint8Array): Payload },
  payload: Uint8Array,
): Payload | undefined {
  try {
    return channel.decode(payload)
  } catch {
    return undefined
  }
}
