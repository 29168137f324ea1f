'use client'

import { platformNow } from '@/lib/platform-clock'
import 'uplot/dist/uPlot.min.css'
import type { Device } from '@heliograph/protocol'
import { useTheme } from 'next-themes'
import { type RefObject, useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { cn } from '@/lib/cn'
import { formatMomentMillis } from '@/lib/format-time'
import type { Compared } from '../compare/compared'
import { DrawScheduler } from '../drawing/draw-scheduler'
import { originText } from '../drawing/origin'
import type { RowPainter } from '../drawing/row-painter'
import { plotLeftPx, plotRightPx } from '../drawing/time-chart'
import type { ChartHistory } from '../history/chart-history'
import { useMarks } from '../marks/use-marks'
import type { ChartView } from '../range/chart-view'
import { ChartRow } from './chart-row'
import { ChartToolbar } from './chart-toolbar'
import type { ChartedKey } from './charted-keys'
import { Crosshair } from './crosshair'
import { CrosshairKeys } from './crosshair-keys'
import { csvContent } from './csv-choice'
import { listenToGestures } from './gestures'
import { HistoryStatus } from './history-status'
import { MarkLane } from './mark-lane'
import { RowActions } from './row-actions'
import { useDrawing } from './use-drawing'
import { useExport } from './use-export'

interface ChartPanelProps {
  device: Device
  charted: readonly ChartedKey[]
  /** How many keys the device has. */
  keyCount: number
  history: ChartHistory
  view: ChartView
  /** Changes with every sample. */
  revision: () => number
  compared: (key: string) => readonly Compared[]
  onCompare: (key: string, compared: readonly Compared[]) => void
}

/** A chart for each chosen key, over the same time and with one crosshair. */
export function ChartPanel(props: ChartPanelProps) {
  const { device, charted, keyCount, history, view, revision } = props
  const [root, width] = useWidth()
  const marks = useMarks(device.id)
  const moment = useRef<HTMLSpanElement>(null)
  const origin = useRef<HTMLSpanElement>(null)
  const selection = useRef<HTMLDivElement>(null)
  const [painters] = useState(() => new Set<RowPainter>())
  const [scheduler] = useState(() => new DrawScheduler())
  const [crosshair] = useState(() => new Crosshair())
  const { busy, saveCsv, savePng } = useExport({ device, view, charted, painters, scheduler })

  const onMoment = useCallback(
    (ts: number | null) => write(moment, ts === null ? '' : formatMomentMillis(ts, platformNow())),
    [],
  )
  useDrawing({ charted, history, view, revision, width, marks, scheduler, crosshair }, () =>
    write(origin, originText([...painters].map((painter) => painter.origin))),
  )
  useGestures(root, selection, view)
  usePrinting(scheduler)

  return (
    <section aria-label="Charts" className="rounded-outer border bg-surface">
      <ChartToolbar
        view={view}
        moment={moment}
        {...(charted.length > 0 && {
          save: {
            csv: {
              count: charted.length,
              content: () => csvContent(charted, keyCount, view.span()),
              busy,
              onSave: saveCsv,
            },
            png: () => savePng(root.current),
          },
        })}
      />
      <HistoryStatus history={history} />
      <div ref={root} className={cn('relative touch-pan-y select-none', fewLayers)}>
        {width > 0 && charted.length > 0 && (
          <Rows {...props} {...{ width, scheduler, painters, onMoment }} marks={marks.store} />
        )}
        <div
          ref={selection}
          hidden
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/12"
        />
        {charted.length > 0 ? (
          <CrosshairKeys charted={charted} crosshair={crosshair} view={view} marks={marks.store} />
        ) : (
          <p className="px-4 py-10 text-center text-13 text-ink-soft">
            Press a value above to see its chart here.
          </p>
        )}
      </div>
      {charted.length > 0 && <Hints origin={origin} />}
    </section>
  )
}

/** uPlot asks for a layer for each crosshair and its points: with fifty charts, the layers cost more than drawing. */
const fewLayers =
  '[&_.u-cursor-pt]:will-change-auto [&_.u-cursor-x]:will-change-auto [&_.u-cursor-y]:will-change-auto'

/** Writes text past React, as it changes many times a second. */
function write(element: RefObject<HTMLElement | null>, text: string): void {
  if (element.current && element.current.textContent !== text) element.current.textContent = text
}

interface RowsProps extends Pick<ChartPanelProps, 'device' | 'charted' | 'compared' | 'onCompare'> {
  width: number
  scheduler: DrawScheduler
  painters: Set<RowPainter>
  marks: ReturnType<typeof useMarks>['store']
  onMoment: (ts: number | null) => void
}

const [ROW_PX, BANDS_PX, LABELS_PX] = [112, 48, 26]

/** The marks, and below them a row for each key; the lowest row has the labels of the times. */
function Rows({ device, charted, compared, onCompare, ...shared }: RowsProps) {
  const { resolvedTheme } = useTheme()
  const group = useId()
  return (
    <>
      <MarkLane key={resolvedTheme} store={shared.marks} scheduler={shared.scheduler} width={shared.width} />
      {charted.map(({ name, kind, lines }, index) => {
        const labelled = index === charted.length - 1
        return (
          <ChartRow
            key={`${name} ${kind}`}
            {...{ device: device.id, name, kind, lines, labelled, group }}
            {...shared}
            height={(kind === 'states' ? BANDS_PX : ROW_PX) + (labelled ? LABELS_PX : 0)}
            actions={
              kind === 'numbers' && (
                <RowActions
                  device={device.id}
                  name={name}
                  compared={compared(name)}
                  onCompare={(devices) => onCompare(name, devices)}
                />
              )
            }
          />
        )
      })}
    </>
  )
}

function Hints({ origin }: { origin: RefObject<HTMLSpanElement | null> }) {
  return (
    <p className="flex min-h-8 flex-wrap items-center gap-x-4 border-t px-4 py-1.5 text-12 text-ink-faint print:hidden">
      <span className="pointer-coarse:hidden">
        Drag to zoom in, Shift-drag to move, double-click to reset
      </span>
      <span className="hidden any-pointer-coarse:inline">
        Touch: drag with one finger to move, with two to zoom
      </span>
      <span ref={origin} className="ml-auto tabular-nums" />
    </p>
  )
}

/** Zooms and moves the view by mouse and touch; the selection box shows what a drag would zoom to. */
function useGestures(
  root: RefObject<HTMLDivElement | null>,
  selection: RefObject<HTMLDivElement | null>,
  view: ChartView,
): void {
  useEffect(() => {
    const element = root.current
    if (element === null) return
    return listenToGestures(element, {
      view,
      area: () => ({ left: plotLeftPx, width: Math.max(1, element.clientWidth - plotLeftPx - plotRightPx) }),
      onSelect(selected) {
        const box = selection.current
        if (box === null) return
        box.hidden = selected === null
        if (selected === null) return
        box.style.left = `${plotLeftPx + selected.left}px`
        box.style.width = `${selected.width}px`
      },
    })
  }, [root, selection, view])
}

/** Rows out of sight are drawn when all are printed. */
function usePrinting(scheduler: DrawScheduler): void {
  useEffect(() => {
    const draw = () => scheduler.all()
    window.addEventListener('beforeprint', draw)
    return () => window.removeEventListener('beforeprint', draw)
  }, [scheduler])
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
