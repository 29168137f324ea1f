'use client'

import type { Device } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { ErrorState } from '@/components/error-state'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { explain } from '@/lib/explain'
import { useCurrentDevice } from '../device-context'
import { NothingYet } from './nothing-yet'
import { defaultCharts } from './telemetry/default-charts'
import type { TelemetryStore } from './telemetry/telemetry-store'
import { type DeviceTelemetry, useTelemetry } from './telemetry/use-telemetry'
import { ValueTiles, ValueTilesSkeleton } from './tiles/value-tiles'

const DeviceCharts = dynamic(() => import('./charts/device-charts').then((module) => module.DeviceCharts), {
  ssr: false,
  loading: () => <ChartSkeleton />,
})

const MessageFeed = dynamic(() => import('./feed/message-feed').then((module) => module.MessageFeed), {
  ssr: false,
  loading: () => <div aria-hidden className="h-24 rounded-outer border bg-surface" />,
})

/** The live page of a device: latest values, charts and messages. */
export function LiveView() {
  const device = useCurrentDevice()
  return <LiveViewOf key={device.id} device={device} />
}

function LiveViewOf({ device }: { device: Device }) {
  const telemetry = useTelemetry(device.id)
  return (
    <div className="flex flex-col gap-5">
      <Values device={device} telemetry={telemetry} />
      <MessageFeed device={device.id} telemetry={telemetry} />
    </div>
  )
}

function Values({
  device,
  telemetry: { store, loaded, error },
}: {
  device: Device
  telemetry: DeviceTelemetry
}) {
  const keys = useSyncExternalStore(store.listen, store.keys, store.keys)
  if (keys.length > 0) {
    return (
      <>
        {error !== null && <HistoryNotice error={error} />}
        <TilesAndCharts device={device} store={store} keys={keys} />
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
  keys: readonly string[]
}

function TilesAndCharts({ device, store, keys }: TilesAndChartsProps) {
  const [choice, setChoice] = useState<ReadonlyMap<string, boolean>>(new Map())
  const first = useDefaultCharts(store, keys)
  const names = useMemo(
    () =>
      new Set(keys.filter((key) => store.series(key)?.kind != null && (choice.get(key) ?? first.has(key)))),
    [store, keys, choice, first],
  )
  const toggle = useCallback(
    (key: string) => setChoice((known) => new Map(known).set(key, !names.has(key))),
    [names],
  )
  return (
    <>
      <ValueTiles device={device} store={store} keys={keys} charted={names} onToggle={toggle} />
      <DeviceCharts device={device} store={store} keys={keys} names={names} />
    </>
  )
}

function useDefaultCharts(store: TelemetryStore, keys: readonly string[]): ReadonlySet<string> {
  const [known, setKnown] = useState<{ keys: readonly string[]; charts: ReadonlySet<string> }>()
  if (known?.keys === keys) return known.charts
  const charts = defaultCharts(store, keys, known?.charts ?? new Set())
  setKnown({ keys, charts })
  return charts
}

function HistoryNotice({ error }: { error: unknown }) {
  const { what } = explain(error)
  return (
    <Notice tone="quiet" title="Some of the last minutes may be missing">
      {what} This page tries again every few seconds.
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
