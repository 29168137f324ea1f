'use client'

import 'uplot/dist/uPlot.min.css'
import { Download } from 'lucide-react'
import { useTheme } from 'next-themes'
import { useCallback, useId, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '@/components/button'
import { Segmented } from '@/components/segmented'
import { useNow } from '@/lib/clock'
import { download } from '@/lib/download'
import type { TelemetryStore } from '../telemetry-store'
import { type ChartFrame, ChartRow } from './chart-row'
import { type ChartWindow, chartWindows, windowFor } from './chart-window'
import { Crosshair } from './crosshair'
import { CrosshairKeys } from './crosshair-keys'
import { formatMoment } from './time-axis'
import { toCsv } from './to-csv'
import { useFrames } from './use-frames'

export interface ChartedKey {
  name: string
  colourIndex: number
  stepped: boolean
}

interface ChartPanelProps {
  device: string
  store: TelemetryStore
  charted: readonly ChartedKey[]
}

const [ROW_PX, SWITCH_PX, LABELS_PX] = [112, 56, 26]
/** A clock that is further ahead than this is wrong, and the picture does not follow it. */
const AHEAD_MS = 60_000

/** A line for each chosen key, over the same time and with one crosshair. */
export function ChartPanel({ device, store, charted }: ChartPanelProps) {
  const { resolvedTheme } = useTheme()
  const group = useId()
  const [chosen, setChosen] = useState<ChartWindow | null>(null)
  const now = useNow()
  const window = chosen ?? windowFor(now - oldestOf(store, charted))
  const [root, width] = useWidth()
  const moment = useRef<HTMLSpanElement>(null)
  const [rows] = useState(() => new Set<(frame: ChartFrame) => void>())
  const registered = useRef(0)
  const [crosshair] = useState(() => new Crosshair())

  const register = useCallback(
    (draw: (frame: ChartFrame) => void) => {
      rows.add(draw)
      registered.current += 1
      return () => rows.delete(draw)
    },
    [rows],
  )
  const onMoment = useCallback((ts: number | null) => {
    if (moment.current) moment.current.textContent = ts === null ? '' : formatMoment(ts)
  }, [])

  const span = () => {
    const max = rightEdge(store, charted)
    return { min: max - window.ms, max }
  }

  useFrames(
    // A row that was just made is drawn at once too.
    () => store.revision + registered.current + crosshair.revision,
    window.ms / Math.max(1, width),
    () => {
      const { min, max } = span()
      // What has left the picture on the left cannot be pointed at.
      if (crosshair.ts !== null && crosshair.ts < min) crosshair.move(null)
      for (const draw of rows) draw({ min, max, crosshair: crosshair.ts })
    },
  )

  const save = () => {
    const columns = charted.flatMap(({ name, stepped }) => {
      const points = store.series(name)?.points
      return points === undefined ? [] : [{ name, points, stepped }]
    })
    download(`${device}.csv`, toCsv(columns, span()), 'text/csv')
  }

  return (
    <section aria-label="Charts" className="rounded-outer border bg-surface">
      <div className="flex h-11 items-center gap-x-3 border-b pr-1.5 pl-4">
        <h2 className="min-w-0 truncate text-13 font-medium">Last {window.name}</h2>
        <span ref={moment} className="mr-auto text-12 text-ink-faint tabular-nums max-sm:hidden" />
        <Segmented
          label="How far back"
          value={window.ms}
          options={chartWindows.map(({ ms, label }) => ({ value: ms, label }))}
          onChange={(ms) => setChosen(chartWindows.find((one) => one.ms === ms) ?? null)}
          className="max-sm:ml-auto"
        />
        {charted.length > 0 && (
          <Button size="sm" variant="ghost" title="Save what the charts show" onClick={save}>
            <Download aria-hidden />
            CSV
          </Button>
        )}
      </div>
      <div ref={root} className="relative">
        {width > 0 &&
          charted.map(({ name, colourIndex, stepped }, index) => {
            const labelled = index === charted.length - 1
            return (
              <ChartRow
                key={`${name} ${resolvedTheme}`}
                store={store}
                name={name}
                colourIndex={colourIndex}
                stepped={stepped}
                labelled={labelled}
                width={width}
                height={(stepped ? SWITCH_PX : ROW_PX) + (labelled ? LABELS_PX : 0)}
                windowMs={window.ms}
                windowName={window.name}
                group={group}
                register={register}
                onMoment={onMoment}
              />
            )
          })}
        {charted.length > 0 && (
          <CrosshairKeys store={store} charted={charted} crosshair={crosshair} span={span} />
        )}
        {charted.length === 0 && (
          <p className="px-4 py-10 text-center text-13 text-ink-soft">
            Press a value above to see its chart here.
          </p>
        )}
      </div>
    </section>
  )
}

/** Now, or the newest sample where the device's clock, or the platform's, is a little ahead of ours. */
function rightEdge(store: TelemetryStore, charted: readonly ChartedKey[]): number {
  const now = Date.now()
  let edge = now
  for (const { name } of charted) {
    const newest = store.series(name)?.points.times.at(-1) ?? 0
    if (newest > edge && newest < now + AHEAD_MS) edge = newest
  }
  return edge
}

function oldestOf(store: TelemetryStore, charted: readonly ChartedKey[]): number {
  return Math.min(
    ...charted.map(({ name }) => store.series(name)?.points.times[0] ?? Number.POSITIVE_INFINITY),
  )
}

function useWidth() {
  const root = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const element = root.current
    if (!element) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [root, width] as const
}
