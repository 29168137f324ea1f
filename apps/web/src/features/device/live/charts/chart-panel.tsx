'use client'

import 'uplot/dist/uPlot.min.css'
import { useTheme } from 'next-themes'
import { useCallback, useId, useLayoutEffect, useRef, useState } from 'react'
import { useNow } from '@/lib/clock'
import type { TelemetryStore } from '../telemetry-store'
import { type ChartFrame, ChartRow } from './chart-row'
import { formatMoment } from './time-axis'
import { useFrames } from './use-frames'
import { type ChartWindow, WindowChoice, windowFor } from './window-choice'

export interface ChartedKey {
  name: string
  colourIndex: number
  stepped: boolean
}

interface ChartPanelProps {
  store: TelemetryStore
  charted: readonly ChartedKey[]
}

const [ROW_PX, SWITCH_PX, LABELS_PX] = [112, 56, 26]
/** A clock that is further ahead than this is wrong, and the picture does not follow it. */
const AHEAD_MS = 60_000

/** A line for each chosen key, over the same time and with one crosshair. */
export function ChartPanel({ store, charted }: ChartPanelProps) {
  const { resolvedTheme } = useTheme()
  const group = useId()
  const [chosen, setChosen] = useState<ChartWindow | null>(null)
  const now = useNow()
  const window = chosen ?? windowFor(now - oldestOf(store, charted))
  const [root, width] = useWidth()
  const moment = useRef<HTMLSpanElement>(null)
  const [rows] = useState(() => new Set<(frame: ChartFrame) => void>())

  const register = useCallback(
    (draw: (frame: ChartFrame) => void) => {
      rows.add(draw)
      return () => rows.delete(draw)
    },
    [rows],
  )
  const onMoment = useCallback((ts: number | null) => {
    if (moment.current) moment.current.textContent = ts === null ? '' : formatMoment(ts)
  }, [])

  useFrames(
    // A row that was just added is drawn at once too.
    () => store.revision + rows.size,
    window.ms / Math.max(1, width),
    () => {
      const max = rightEdge(store, charted)
      for (const draw of rows) draw({ min: max - window.ms, max })
    },
  )

  return (
    <section aria-label="Charts" className="rounded-outer border bg-surface">
      <div className="flex h-11 items-center gap-3 border-b px-4">
        <h2 className="text-13 font-medium">Last {window.name}</h2>
        <span ref={moment} className="text-12 text-ink-faint tabular-nums" />
        <WindowChoice chosen={window} onChoose={setChosen} />
      </div>
      <div ref={root}>
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
