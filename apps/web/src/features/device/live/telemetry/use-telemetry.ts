'use client'

import { useEffect, useState } from 'react'
import { useLive } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { openTelemetry } from './open-telemetry'
import { TelemetryStore } from './telemetry-store'

export interface DeviceTelemetry {
  /** Its last minutes, sample by sample. */
  store: TelemetryStore
  /** False until the last minutes were read once. */
  loaded: boolean
  /** Why they could not be read, the last time it was tried; null when they could. */
  error: unknown
}

/** The telemetry of a device: its last minutes and, from then on, each sample as it arrives. */
export function useTelemetry(device: string): DeviceTelemetry {
  const { slug: org } = useOrganization()
  const { subscribe } = useLive()
  const [store] = useState(() => new TelemetryStore())
  const [status, setStatus] = useState<{ loaded: boolean; error: unknown }>({ loaded: false, error: null })

  useEffect(
    () =>
      openTelemetry({
        org,
        device,
        store,
        subscribe,
        onLoaded: () => setStatus(({ error }) => ({ loaded: true, error })),
        onError: (error) => setStatus((status) => (status.error === error ? status : { ...status, error })),
        onMissed: () => store.missed(),
      }),
    [org, device, store, subscribe],
  )
  return { store, ...status }
}
