'use client'

import { useEffect, useState } from 'react'
import { useLive } from '@/lib/live/live-connection'
import { useOrganization } from '@/lib/organization'
import { ChartHistory } from './history/chart-history'
import { fetchHistory } from './history/fetch-history'
import { openTelemetry } from './open-telemetry'
import { StateLabels } from './state-labels'
import { TelemetryStore } from './telemetry-store'

export interface DeviceTelemetry {
  /** Its last minutes, sample by sample. */
  store: TelemetryStore
  /** What was before, as it is looked at. */
  history: ChartHistory
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

  const [history] = useState(
    () =>
      new ChartHistory({
        device,
        fetch: (request, signal) => fetchHistory(org, request, signal),
        // A state that is drawn from both has the same colour in both.
        labelsOf: (ref) => store.series(ref.key)?.labels ?? new StateLabels(),
      }),
  )

  useEffect(() => {
    store.onLate((key, { ts, value }) => history.addLate({ device, key }, ts, value))
    const close = openTelemetry({
      org,
      device,
      store,
      subscribe,
      onLoaded: () => setStatus(({ error }) => ({ loaded: true, error })),
      onError: (error) => setStatus((status) => (status.error === error ? status : { ...status, error })),
      onMissed: () => history.doubt(),
    })
    return () => {
      close()
      history.stop()
      store.onLate(null)
    }
  }, [org, device, store, history, subscribe])
  return { store, history, ...status }
}
