'use client'

import { useTheme } from 'next-themes'
import { type ReactNode, type RefObject, useEffect, useEffectEvent, useRef, useState } from 'react'
import type { DrawScheduler } from '../drawing/draw-scheduler'
import { type ChartedSeries, RowPainter } from '../drawing/row-painter'
import { useLimits } from '../limits/use-limits'
import type { MarkStore } from '../marks/mark-store'
import type { SeriesKind } from '../telemetry/state-labels'
import { ChartCaption } from './chart-caption'

interface ChartRowProps {
  device: string
  name: string
  kind: SeriesKind
  lines: readonly ChartedSeries[]
  labelled: boolean
  width: number
  height: number
  group: string
  scheduler: DrawScheduler
  marks: MarkStore
  /** The painters of all rows. */
  painters: Set<RowPainter>
  onMoment: (ts: number | null) => void
}

/** One key: its caption and its chart. */
export function ChartRow({ actions, ...props }: ChartRowProps & { actions: ReactNode }) {
  const { name, kind, lines, height } = props
  const { resolvedTheme } = useTheme()
  const readouts = useRef<(HTMLSpanElement | null)[]>([])
  const [states, setStates] = useState<readonly number[]>([])
  return (
    <figure className="border-b pt-2.5 [contain-intrinsic-size:auto_9rem] [content-visibility:auto] last:border-b-0">
      <ChartCaption
        name={name}
        kind={kind}
        lines={lines}
        states={states}
        readouts={readouts}
        actions={actions}
      />
      <div role="img" aria-label={`Chart of ${name}`} className="in-data-stale:opacity-50" style={{ height }}>
        <ChartCanvas key={resolvedTheme} {...props} readouts={readouts} onStates={setStates} />
      </div>
    </figure>
  )
}

interface ChartCanvasProps extends ChartRowProps {
  readouts: RefObject<(HTMLSpanElement | null)[]>
  onStates: (update: (known: readonly number[]) => readonly number[]) => void
}

/** The canvas of a row. It is created again when the theme changes, as a canvas knows no CSS. */
function ChartCanvas(props: ChartCanvasProps) {
  const { device, name, kind, lines, labelled, width, height, group, scheduler, marks, painters } = props
  const { onMoment, readouts, onStates } = props
  const root = useRef<HTMLDivElement>(null)
  const current = useRef<RowPainter>(null)
  const [limits] = useLimits(device, name)
  const readLimits = useEffectEvent(() => limits)
  const readWidth = useEffectEvent(() => width)

  useEffect(() => {
    if (root.current === null) return
    const painter = new RowPainter(root.current, {
      ...{ name, kind, lines, labelled, height, group, onMoment },
      width: readWidth(),
      limits: () => readLimits(),
      marksBetween: ({ min, max }) => marks.between(min, max),
      onStates: (seen) => onStates((known) => (known.join() === seen.join() ? known : seen)),
      write(line, text) {
        const readout = readouts.current[line]
        if (readout) readout.title = readout.textContent = text
      },
    })
    const takeBack = scheduler.add(painter)
    const observer = observeSight(root.current, painter, scheduler)
    painters.add(painter)
    current.current = painter
    return () => {
      takeBack()
      observer.disconnect()
      painters.delete(painter)
      painter.destroy()
      current.current = null
    }
  }, [name, kind, lines, labelled, height, group, scheduler, marks, painters, onMoment, readouts, onStates])

  const shownLimits = useRef(limits)
  useEffect(() => {
    if (shownLimits.current !== limits) scheduler.touch()
    shownLimits.current = limits
  }, [limits, scheduler])
  useEffect(() => current.current?.resize(width), [width])
  return <div ref={root} />
}

/** Draws a row only in sight, and from a little before. */
function observeSight(element: Element, painter: RowPainter, scheduler: DrawScheduler): IntersectionObserver {
  const observer = new IntersectionObserver(
    ([entry]) => {
      painter.inSight = entry?.isIntersecting ?? true
      if (painter.inSight) scheduler.touch()
    },
    { rootMargin: '80px' },
  )
  observer.observe(element)
  return observer
}
