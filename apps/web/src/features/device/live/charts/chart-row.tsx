'use client'

import { useEffect, useRef } from 'react'
import { decimalsOf, decimalsOfStep, formatNumber } from '../format-value'
import { seriesColour } from '../series-colour'
import type { TelemetryStore } from '../telemetry-store'
import { unitOf } from '../units'
import type { Span } from './crosshair'
import { drawableFrom } from './gaps'
import { switchText } from './switch-text'
import { TimeChart } from './time-chart'

export interface ChartFrame extends Span {
  /** Where keys have put the crosshair; null leaves it to the mouse. */
  crosshair: number | null
}

interface ChartRowProps {
  store: TelemetryStore
  name: string
  colourIndex: number
  stepped: boolean
  labelled: boolean
  width: number
  height: number
  windowMs: number
  windowName: string
  group: string
  /** Hands over how this row is drawn; the function it returns takes that back. */
  register: (draw: (frame: ChartFrame) => void) => () => void
  onMoment: (ts: number | null) => void
}

export function ChartRow(props: ChartRowProps) {
  const { store, name, colourIndex, stepped, labelled, width, height, windowMs, windowName, group } = props
  const { register, onMoment } = props
  const root = useRef<HTMLDivElement>(null)
  const readout = useRef<HTMLSpanElement>(null)
  const initialWidth = useRef(width)
  const chart = useRef<TimeChart | null>(null)
  initialWidth.current = width

  useEffect(() => {
    const series = store.series(name)
    if (!root.current || !series) return
    let hovered: number | null = null
    const format = (value: number) =>
      stepped ? switchText(value) : formatNumber(value, decimalsOf(series.points.values))
    const made = new TimeChart(root.current, {
      width: initialWidth.current,
      height,
      stepped,
      colourIndex,
      labelled,
      windowMs,
      group,
      formatTick: (value, step) => (stepped ? switchText(value) : formatNumber(value, decimalsOfStep(step))),
      onPoint(point) {
        hovered = point?.value ?? null
        onMoment(point?.ts ?? null)
        write()
      },
    })
    const write = () => {
      const value = hovered ?? series.points.values.at(-1)
      const text = value === undefined ? '' : format(value)
      if (readout.current && readout.current.textContent !== text) readout.current.textContent = text
    }
    const takeBack = register(({ min, max, crosshair }) => {
      const { points } = series
      made.draw(drawableFrom(points.times, points.values, points.indexAt(min)), { min, max })
      made.pointAt(crosshair)
      write()
    })
    chart.current = made
    return () => {
      takeBack()
      made.destroy()
      chart.current = null
    }
  }, [store, name, colourIndex, stepped, labelled, height, windowMs, group, register, onMoment])

  useEffect(() => chart.current?.resize(width), [width])

  const unit = unitOf(name)
  return (
    <figure className="border-b pt-2.5 last:border-b-0">
      <figcaption className="flex items-center gap-2 px-4 text-12">
        <span
          aria-hidden
          className="h-0.5 w-3 rounded-full"
          style={{ background: seriesColour(colourIndex) }}
        />
        <span className="min-w-0 truncate font-mono text-ink-soft">{name}</span>
        <span className="ml-auto text-13 font-medium whitespace-nowrap tabular-nums">
          <span ref={readout} />
          {unit !== null && <span className="ml-0.5 font-normal text-ink-faint">{unit}</span>}
        </span>
      </figcaption>
      <div ref={root} role="img" aria-label={`${name}: chart of the last ${windowName}`} style={{ height }} />
    </figure>
  )
}
