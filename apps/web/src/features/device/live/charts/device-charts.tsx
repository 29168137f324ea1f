'use client'

import type { Device } from '@heliograph/protocol'
import { useEffect, useMemo, useState } from 'react'
import { useOrganization } from '@/lib/organization'
import { platformNow } from '@/lib/platform-clock'
import { useCompared } from '../compare/use-compared'
import { ChartHistory } from '../history/chart-history'
import { fetchHistory } from '../history/fetch-history'
import { presetFor, rangeOf } from '../range/chart-range'
import { ChartView } from '../range/chart-view'
import { StateLabels } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'
import { ChartPanel } from './chart-panel'
import { chartedKeys } from './charted-keys'

interface DeviceChartsProps {
  device: Device
  store: TelemetryStore
  keys: readonly string[]
  /** Those of them that are shown. */
  names: ReadonlySet<string>
}

/** The charts of a device: what is kept of its last minutes, and what was before as it is looked at. */
export function DeviceCharts({ device, store, keys, names }: DeviceChartsProps) {
  const history = useHistory(device.id, store)
  const [compared, compare] = useCompared(() => history.markStale())
  const charted = useMemo(
    () => chartedKeys({ device, store, history, keys, names, compared }),
    [device, store, history, keys, names, compared],
  )
  const [view] = useState(
    () =>
      new ChartView(
        rangeOf(window.location.search),
        () => rightEdge(store, platformNow()),
        presetFor(Number.POSITIVE_INFINITY),
      ),
  )
  return (
    <ChartPanel
      device={device}
      charted={charted}
      keyCount={keys.length}
      history={history}
      view={view}
      revision={() => compared.reduce((sum, one) => sum + one.store.revision, store.revision)}
      compared={(key) => compared.filter((one) => one.key === key)}
      onCompare={compare}
    />
  )
}

function useHistory(device: string, store: TelemetryStore): ChartHistory {
  const { slug: org } = useOrganization()
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
    store.listenToPast({
      late: (key, { ts, value }) => history.addLate({ device, key }, ts, value),
      missed: () => history.markStale(),
    })
    return () => {
      store.listenToPast(null)
      history.stop()
    }
  }, [device, store, history])
  return history
}

/** A clock that is further ahead is wrong, and charts do not follow it. */
const AHEAD_MS = 60_000

/** Now, or the newest sample where the device's clock is a little ahead of the platform's. */
function rightEdge(store: TelemetryStore, now: number): number {
  let edge = now
  for (const key of store.keys()) {
    const newest = store.series(key)?.drawn.lastTime ?? 0
    if (newest > edge && newest < now + AHEAD_MS) edge = newest
  }
  return edge
}
