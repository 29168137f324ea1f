'use client'

import type { Device } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { ErrorState } from '@/components/error-state'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { explain } from '@/lib/explain'
import { useCurrentDevice } from '../device-context'
import { chartedKeys } from './charted-keys'
import { useCompared } from './compare/use-compared'
import type { ChartHistory } from './history/chart-history'
import { NothingYet } from './nothing-yet'
import { presetFor, rangeOf } from './range/chart-range'
import { ChartView } from './range/chart-view'
import { rightEdge } from './right-edge'
import type { TelemetryStore } from './telemetry-store'
import { type DeviceTelemetry, useTelemetry } from './use-telemetry'
import { ValueTiles, ValueTilesSkeleton } from './value-tiles'

const ChartPanel = dynamic(() => import('./charts/chart-panel').then((module) => module.ChartPanel), {
  ssr: false,
  loading: () => <ChartSkeleton />,
})

const MessageFeed = dynamic(() => import('./feed/message-feed').then((module) => module.MessageFeed), {
  ssr: false,
  loading: () => <div aria-hidden className="h-24 rounded-outer border bg-surface" />,
})

/** What a device says now, and said in the last minutes. */
export function LiveView() {
  const device = useCurrentDevice()
  return <LiveViewOf key={device.id} device={device} />
}

function LiveViewOf({ device }: { device: Device }) {
  const telemetry = useTelemetry(device.id)
  return (
    <div className="flex flex-col gap-5">
      <Values device={device} telemetry={telemetry} />
      <MessageFeed device={device.id} />
    </div>
  )
}

function Values({
  device,
  telemetry: { store, history, loaded, error },
}: {
  device: Device
  telemetry: DeviceTelemetry
}) {
  const keys = useSyncExternalStore(store.listen, store.keys, store.keys)
  if (keys.length > 0) {
    return (
      <>
        {error !== null && <HistoryNotice error={error} />}
        <TilesAndCharts device={device} store={store} history={history} keys={keys} />
      </>
    )
  }
  if (error !== null && !loaded) return <ErrorState title="The telemetry could not be loaded" error={error} />
  if (loaded) return <NothingYet device={device.id} />
  return (
    <>
      <ValueTilesSkeleton />
      <ChartSkeleton />
    </>
  )
}

interface TilesAndChartsProps {
  device: Device
  store: TelemetryStore
  history: ChartHistory
  keys: readonly string[]
}

function TilesAndCharts({ device, store, history, keys }: TilesAndChartsProps) {
  const [choice, setChoice] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [compared, compare] = useCompared(() => history.doubt())
  const charted = useMemo(
    () => chartedKeys({ device, store, history, keys, choice, compared }),
    [device, store, history, keys, choice, compared],
  )
  const names = useMemo(() => new Set(charted.map(({ name }) => name)), [charted])
  const toggle = useCallback(
    (key: string) => setChoice((known) => new Map(known).set(key, !names.has(key))),
    [names],
  )
  const [view] = useState(
    () =>
      new ChartView(rangeOf(window.location.search), () => rightEdge(store, Date.now()), presetFor(Infinity)),
  )
  return (
    <>
      <ValueTiles device={device.id} store={store} keys={keys} charted={names} onToggle={toggle} />
      <ChartPanel
        device={device.id}
        charted={charted}
        history={history}
        view={view}
        revision={() => compared.reduce((sum, one) => sum + one.store.revision, store.revision)}
        compared={(key) => compared.filter((one) => one.key === key)}
        onCompare={compare}
      />
    </>
  )
}

function HistoryNotice({ error }: { error: unknown }) {
  const { what } = explain(error)
  return (
    <Notice tone="quiet" title="Some of the last minutes may be missing">
      {what} It is tried again every few seconds.
    </Notice>
  )
}

function ChartSkeleton() {
  return (
    <div aria-hidden className="h-96 rounded-outer border bg-surface p-4">
      <Skeleton className="h-3 w-28" />
      <Skeleton className="mt-6 h-72 w-full" />
    </div>
  )
}
