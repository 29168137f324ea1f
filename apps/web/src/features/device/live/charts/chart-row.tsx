'use client'

import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { decimalsOf, decimalsOfStep, formatNumber } from '../format-value'
import type { Resolution } from '../history/series-tiles'
import { useLimits } from '../limits/use-limits'
import type { MarkStore } from '../marks/mark-store'
import { seriesColour } from '../series-colour'
import { type SeriesKind, StateLabels } from '../state-labels'
import { type Band, bandAt, bandsOf } from './bands'
import { ChartCaption } from './chart-caption'
import type { ChartSeries } from './chart-series'
import { joinLines } from './join-lines'
import type { ChartFrame, DrawnRow, Redraw } from './redraw'
import { thinLine } from './thin'
import { plotLeftPx, plotRightPx, TimeChart } from './time-chart'

/** A series of a chart, and what it is called beside others. */
export interface ChartedSeries {
  series: ChartSeries
  label: string
  colourIndex: number
}

/** What a picture was made of. */
export interface Origin {
  resolution: Resolution
  thinned: boolean
}

export interface ChartRowHandle {
  name: string
  canvas(): HTMLCanvasElement
  legend(): { text: string; colour: string }[]
  origin(): Origin | null
}

interface ChartRowProps {
  device: string
  name: string
  kind: SeriesKind
  lines: readonly ChartedSeries[]
  labelled: boolean
  width: number
  height: number
  group: string
  redraw: Redraw
  marks: MarkStore
  rows: Set<ChartRowHandle>
  onMoment: (ts: number | null) => void
  actions: ReactNode
}

export function ChartRow(props: ChartRowProps) {
  const {
    device,
    name,
    kind,
    lines,
    labelled,
    width,
    height,
    group,
    redraw,
    marks,
    rows,
    onMoment,
    actions,
  } = props
  const root = useRef<HTMLDivElement>(null)
  const readouts = useRef<(HTMLSpanElement | null)[]>([])
  const chart = useRef<TimeChart | null>(null)
  const [limits] = useLimits(device, name)
  const [states, setStates] = useState<readonly number[]>([])
  const readLimits = useEffectEvent(() => limits)
  const readWidth = useEffectEvent(() => width)

  useEffect(() => {
    const element = root.current
    if (!element) return
    let hovered: (string | null)[] = []
    let bands: Band[] = []
    let origin: Origin | null = null
    let inSight = true
    const labels = lines[0]?.series.series?.labels ?? new StateLabels()
    const decimals = (line: ChartedSeries) => decimalsOf(line.series.series?.points.values ?? NONE)
    const write = () => {
      for (const [index, line] of lines.entries()) {
        const text = hovered[index] ?? newest(line, kind)
        const readout = readouts.current[index]
        if (readout && readout.textContent !== text) readout.textContent = text
      }
    }
    let data: ReturnType<typeof joinLines> = [[]]
    const made = new TimeChart(element, {
      width: readWidth(),
      height,
      kind,
      colours: lines.map(({ colourIndex }) => colourIndex),
      labelled,
      group,
      formatTick: (value, step) => formatNumber(value, decimalsOfStep(step)),
      labels,
      onCrosshair(at) {
        hovered = []
        if (at !== null && kind === 'states') {
          const band = bandAt(bands, at.ts)
          hovered = [band === null ? '–' : labels.textOf(band.code)]
        } else if (at !== null) {
          hovered = lines.map((line, index) => {
            const value = nearValue(data[index + 1] ?? [], at.index)
            return value === null ? null : formatNumber(value, decimals(line))
          })
        }
        onMoment(at === null ? null : kind === 'states' ? at.ts : (data[0][at.index] ?? at.ts))
        write()
      },
    })
    const draw = (frame: ChartFrame) => {
      const span = { min: frame.min, max: frame.max }
      const pixelMs = (span.max - span.min) / Math.max(1, readWidth() - plotLeftPx - plotRightPx)
      const drawn = lines.map(({ series }) => series.drawn(span))
      origin = { resolution: 'raw', thinned: drawn.some(({ exact }) => !exact) }
      for (const { resolution } of drawn) if (resolution !== 'raw') origin.resolution = resolution
      if (kind === 'states') {
        bands = bandsOf(drawn[0]?.parts ?? [], span, Date.now(), pixelMs)
        data = [drawn[0]?.parts.flatMap(({ times }) => [...times]) ?? []]
        data = [data[0], data[0].map(() => 0)]
        const seen = [...new Set(bands.map(({ code }) => code))].sort((a, b) => a - b)
        setStates((known) => (known.join() === seen.join() ? known : seen))
      } else {
        const thin = drawn.map(({ parts }) => thinLine(parts, pixelMs / devicePixelRatio))
        origin.thinned ||= thin.some((line) => line.thinned)
        data = joinLines(thin)
      }
      made.draw(data, span, { bands, limits: readLimits(), marks: marks.between(span.min, span.max) })
      made.pointAt(frame.crosshair)
      write()
    }
    const row: DrawnRow = { isInSight: () => inSight, draw }
    const handle: ChartRowHandle = {
      name,
      canvas: () => made.canvas,
      legend: () =>
        lines.map((line, index) => ({
          text: `${line.label} ${readouts.current[index]?.textContent ?? ''}`.trim(),
          colour: getComputedStyle(element)
            .getPropertyValue(seriesColour(line.colourIndex).slice(4, -1))
            .trim(),
        })),
      origin: () => (inSight ? origin : null),
    }
    const observer = new IntersectionObserver(
      ([entry]) => {
        inSight = entry?.isIntersecting ?? true
        if (inSight) redraw.touch()
      },
      { rootMargin: '80px' },
    )
    observer.observe(element)
    const takeBack = redraw.add(row)
    rows.add(handle)
    chart.current = made
    return () => {
      observer.disconnect()
      takeBack()
      rows.delete(handle)
      made.destroy()
      chart.current = null
    }
  }, [name, kind, lines, labelled, height, group, redraw, marks, rows, onMoment])

  const shownLimits = useRef(limits)
  useEffect(() => {
    if (shownLimits.current !== limits) redraw.touch()
    shownLimits.current = limits
  }, [limits, redraw])
  useEffect(() => chart.current?.resize(width), [width])

  return (
    <figure className="group/row border-b pt-2.5 last:border-b-0">
      <ChartCaption
        name={name}
        kind={kind}
        lines={lines}
        states={states}
        readouts={readouts}
        actions={actions}
      />
      <div ref={root} role="img" aria-label={`Chart of ${name}`} style={{ height }} />
    </figure>
  )
}

const NONE = new Float64Array(0)

function newest({ series: { series } }: ChartedSeries, kind: SeriesKind): string {
  const value = series?.drawn.values.at(-1)
  if (series === undefined || value === undefined) return ''
  return kind === 'states'
    ? series.labels.textOf(value)
    : formatNumber(value, decimalsOf(series.points.values))
}

/** The value at an index or, where a line has none there, the nearest one before or after; null in a gap. */
function nearValue(values: readonly (number | null | undefined)[], index: number): number | null {
  for (let distance = 0; distance <= values.length; distance += 1) {
    for (const at of [index - distance, index + distance]) {
      const value = values[at]
      if (value !== undefined) return value
    }
  }
  return null
}
