'use client'

import 'uplot/dist/uPlot.min.css'
import { Download, Image as ImageIcon } from 'lucide-react'
import { useTheme } from 'next-themes'
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Button } from '@/components/button'
import { Notice } from '@/components/notice'
import { cn } from '@/lib/cn'
import { explain } from '@/lib/explain'
import { formatMomentMillis } from '@/lib/format-time'
import type { Compared } from '../compare/compared'
import { originText } from '../drawing/origin'
import { Redraw } from '../drawing/redraw'
import type { ChartedSeries, RowPainter } from '../drawing/row-painter'
import { plotLeftPx, plotRightPx } from '../drawing/time-chart'
import { useFrames } from '../drawing/use-frames'
import type { ChartHistory } from '../history/chart-history'
import { type Marks, useMarks } from '../marks/use-marks'
import { presetFor } from '../range/chart-range'
import type { ChartView } from '../range/chart-view'
import { RangeBar, RangeTitle } from '../range/range-bar'
import type { SeriesKind } from '../telemetry/state-labels'
import { ChartRow } from './chart-row'
import { Crosshair } from './crosshair'
import { CrosshairKeys } from './crosshair-keys'
import { listenToGestures } from './gestures'
import { MarkLane } from './mark-lane'
import { RowActions } from './row-actions'
import { useExport } from './use-export'

export interface ChartedKey {
  name: string
  kind: SeriesKind
  /** The device's own series first, then those of the devices it is compared with. */
  lines: readonly ChartedSeries[]
}

interface ChartPanelProps {
  device: string
  charted: readonly ChartedKey[]
  history: ChartHistory
  view: ChartView
  /** Changes with every sample. */
  revision: () => number
  compared: (key: string) => readonly Compared[]
  onCompare: (key: string, compared: readonly Compared[]) => void
}

/** uPlot asks for layers of their own for each crosshair and its points: with fifty charts, they cost more than drawing. */
const fewLayers =
  '[&_.u-cursor-pt]:will-change-auto [&_.u-cursor-x]:will-change-auto [&_.u-cursor-y]:will-change-auto'

const [ROW_PX, BANDS_PX, LABELS_PX] = [112, 48, 26]

/** A chart for each chosen key, over the same time and with one crosshair. */
export function ChartPanel({
  device,
  charted,
  history,
  view,
  revision,
  compared,
  onCompare,
}: ChartPanelProps) {
  const { resolvedTheme } = useTheme()
  const group = useId()
  const [root, width] = useWidth()
  const marks = useMarks(device)
  const moment = useRef<HTMLSpanElement>(null)
  const origin = useRef<HTMLSpanElement>(null)
  const selection = useRef<HTMLDivElement>(null)
  const [painters] = useState(() => new Set<RowPainter>())
  const [redraw] = useState(() => new Redraw())
  const [crosshair] = useState(() => new Crosshair())
  const { busy, saveCsv, savePng } = useExport({ device, view, charted, painters, redraw })

  const onMoment = useCallback((ts: number | null) => {
    if (moment.current) moment.current.textContent = ts === null ? '' : formatMomentMillis(ts, Date.now())
  }, [])
  useDrawing({ charted, history, view, revision, width, marks, redraw, crosshair }, () => {
    const text = originText([...painters].map((painter) => painter.origin))
    if (origin.current && origin.current.textContent !== text) origin.current.textContent = text
  })
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
  }, [root, view])

  return (
    <section aria-label="Charts" className="rounded-outer border bg-surface">
      <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-b py-1 pr-1.5 pl-4">
        <RangeTitle view={view} />
        <span ref={moment} className="text-12 text-ink-faint tabular-nums max-sm:hidden" />
        <span className="ml-auto flex items-center gap-x-1">
          <RangeBar view={view} />
          {charted.length > 0 && (
            <>
              <Button
                size="sm"
                variant="ghost"
                title="Save what the charts show as a table"
                busy={busy}
                onClick={saveCsv}
              >
                <Download aria-hidden />
                CSV
              </Button>
              <Button
                size="sm"
                variant="ghost"
                title="Save the charts as a picture"
                onClick={() => savePng(root.current)}
              >
                <ImageIcon aria-hidden />
                PNG
              </Button>
            </>
          )}
        </span>
      </div>
      <HistoryState history={history} />
      <div ref={root} className={cn('relative touch-pan-y select-none', fewLayers)}>
        {width > 0 && charted.length > 0 && (
          <MarkLane key={resolvedTheme} store={marks.store} redraw={redraw} width={width} />
        )}
        {width > 0 &&
          charted.map(({ name, kind, lines }, index) => {
            const labelled = index === charted.length - 1
            return (
              <ChartRow
                key={`${name} ${kind}`}
                device={device}
                name={name}
                kind={kind}
                lines={lines}
                labelled={labelled}
                width={width}
                height={(kind === 'states' ? BANDS_PX : ROW_PX) + (labelled ? LABELS_PX : 0)}
                group={group}
                redraw={redraw}
                marks={marks.store}
                painters={painters}
                onMoment={onMoment}
                actions={
                  kind === 'numbers' && (
                    <RowActions
                      device={device}
                      name={name}
                      compared={compared(name)}
                      onCompare={(devices) => onCompare(name, devices)}
                    />
                  )
                }
              />
            )
          })}
        <div
          ref={selection}
          hidden
          aria-hidden
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/12"
        />
        {charted.length > 0 && (
          <CrosshairKeys charted={charted} crosshair={crosshair} view={view} marks={marks.store} />
        )}
        {charted.length === 0 && (
          <p className="px-4 py-10 text-center text-13 text-ink-soft">
            Press a value above to see its chart here.
          </p>
        )}
      </div>
      {charted.length > 0 && (
        <p className="flex min-h-8 flex-wrap items-center gap-x-4 border-t px-4 py-1.5 text-12 text-ink-faint">
          <span className="pointer-coarse:hidden">
            Drag to zoom in, Shift-drag to move, double-click to reset
          </span>
          <span className="hidden pointer-coarse:inline">Drag with one finger to move, with two to zoom</span>
          <span ref={origin} className="ml-auto tabular-nums" />
        </p>
      )}
    </section>
  )
}

interface DrawingOptions {
  charted: readonly ChartedKey[]
  history: ChartHistory
  view: ChartView
  revision: () => number
  width: number
  marks: Marks
  redraw: Redraw
  crosshair: Crosshair
}

/** One loop for all charts: asks for the history that is looked at, and draws when anything has changed. */
function useDrawing(options: DrawingOptions, onDrawn: () => void): void {
  const { charted, history, view, revision, width, marks, redraw, crosshair } = options
  const range = useSyncExternalStore(view.listen, view.range, view.range)
  const spanMs = range.follow ? range.spanMs : range.to - range.from
  useFrames(
    () =>
      revision() +
      history.revision +
      view.revision +
      marks.store.revision +
      redraw.revision +
      crosshair.revision,
    range.follow ? spanMs / Math.max(1, width) : Number.POSITIVE_INFINITY,
    {
      begin() {
        const now = Date.now()
        view.suggest(presetFor(now - oldestOf(charted)))
        const { min, max } = view.span()
        const wanted = charted.flatMap(({ lines }) =>
          lines.flatMap(({ series }) => {
            const past = series.past({ min, max }, now)
            return past === null ? [] : [{ ref: series.ref, span: past }]
          }),
        )
        history.want(wanted, max - min)
        marks.reachBack(min)
        // What has left the picture cannot be pointed at.
        if (crosshair.ts !== null && (crosshair.ts < min || crosshair.ts > max)) crosshair.move(null)
        redraw.begin({ min, max, crosshair: crosshair.ts })
      },
      pace: (costMs) => redraw.pace(costMs),
      run() {
        const done = redraw.run()
        if (done) onDrawn()
        return done
      },
    },
  )
}

function oldestOf(charted: readonly ChartedKey[]): number {
  return Math.min(
    ...charted.map(({ lines }) => lines[0]?.series.series?.drawn.times[0] ?? Number.POSITIVE_INFINITY),
  )
}

/** A line that moves while history is read, and why it could not be; what was read stays on the screen. */
function HistoryState({ history }: { history: ChartHistory }) {
  const { loading, error } = useSyncExternalStore(history.listen, history.status, history.status)
  return (
    <>
      <div className="relative h-0" aria-hidden>
        {loading && <div className="absolute inset-x-0 top-0 z-10 h-0.5 animate-pulse bg-accent" />}
      </div>
      <span role="status" className="sr-only">
        {loading ? 'Loading history' : ''}
      </span>
      {error !== null && (
        <Notice tone="quiet" title="Some of this range could not be read" className="m-2">
          {explain(error).what} This page tries again every few seconds and shows what it has read before.
        </Notice>
      )}
    </>
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
