'use client'

import { LatestTelemetry, TelemetryPage, telemetry } from '@heliograph/protocol'
import { useEffect, useRef, useState } from 'react'
import { request } from '@/lib/api'
import { deviceApi } from '@/lib/device-queries'
import { useSubscription } from '@/lib/live/use-subscription'
import { useOrganization } from '@/lib/organization'
import { TelemetryStore } from './telemetry-store'
import { TelemetrySync } from './telemetry-sync'

/** How far back the page shows. */
export const WINDOW_SECONDS = 15 * 60
/** More in one answer would hold the page up while it is read. */
const PAGE_SIZE = 4_000
const TRIM_EVERY_MS = 10_000
const TRIM_MARGIN_MS = 60_000

export interface DeviceTelemetry {
  store: TelemetryStore
  /** False until history was read once. */
  loaded: boolean
  /** Why history could not be read, the last time it was tried; null when it could. */
  error: unknown
}

/** The telemetry of a device: its last minutes and, from then on, each sample as it arrives. */
export function useTelemetry(device: string): DeviceTelemetry {
  const { slug: org } = useOrganization()
  const [store] = useState(() => new TelemetryStore())
  const current = useRef<TelemetrySync>(null)
  const [status, setStatus] = useState<{ loaded: boolean; error: unknown }>({ loaded: false, error: null })

  useEffect(() => {
    const sync = new TelemetrySync({
      store,
      windowSeconds: WINDOW_SECONDS,
      fetchLatest: (signal) =>
        request(`${deviceApi(device)}/telemetry/latest`, { schema: LatestTelemetry, org, signal }),
      fetchPage: (range, signal) =>
        request(`${deviceApi(device)}/telemetry`, {
          schema: TelemetryPage,
          query: { ...range, limit: PAGE_SIZE },
          org,
          signal,
        }),
      onLoaded: () => setStatus(({ error }) => ({ loaded: true, error })),
      onError: (error) => setStatus((status) => (status.error === error ? status : { ...status, error })),
    })
    current.current = sync
    void sync.load()
    const trimming = setInterval(
      () => store.trimBefore(Date.now() - WINDOW_SECONDS * 1_000 - TRIM_MARGIN_MS),
      TRIM_EVERY_MS,
    )
    return () => {
      sync.stop()
      current.current = null
      clearInterval(trimming)
    }
  }, [store, device, org])

  useSubscription(
    telemetry,
    { org, device },
    (payload, _params, { receivedAt }) => current.current?.live(payload, receivedAt),
    () => void current.current?.served(),
  )
  return { store, ...status }
}
