'use client'

import { type KeyboardEvent, useState } from 'react'
import { formatMomentMillis } from '@/lib/format-time'
import { platformNow } from '@/lib/platform-clock'
import type { MarkStore } from '../marks/mark-store'
import type { ChartView } from '../range/chart-view'
import { decimalsOf, formatNumber } from '../telemetry/format-value'
import type { Span } from '../telemetry/span'
import { unitOf } from '../telemetry/units'
import type { ChartedKey } from './charted-keys'
import { type Crosshair, movedBy, nearestOf } from './crosshair'

interface CrosshairKeysProps {
  charted: readonly ChartedKey[]
  crosshair: Crosshair
  view: ChartView
  marks: MarkStore
}

const PAN = 0.1

/** Moves the crosshair and the range of all charts by keys, and has the values under the crosshair read out. */
export function CrosshairKeys({ charted, crosshair, view, marks }: CrosshairKeysProps) {
  const [at, setAt] = useState<{ ts: number; text: string } | null>(null)

  const point = (ts: number | null) => {
    crosshair.move(ts)
    setAt(ts === null ? null : { ts, text: describe(charted, marks, view.span(), ts) })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (changeRange(view, event, crosshair.ts)) {
      event.preventDefault()
      if (event.key !== 'End') return
    }
    const span = view.span()
    const times = charted.flatMap(({ lines }) =>
      lines.flatMap(({ series }) => series.drawn(span).parts.map((part) => part.times)),
    )
    const ts = movedBy(event.key, crosshair.ts, times, span)
    if (ts === undefined) return
    event.preventDefault()
    // Beyond the last sample in sight there may be others.
    const stuck = ts === crosshair.ts && event.key.startsWith('Arrow')
    if (stuck) view.pan((span.max - span.min) * (event.key === 'ArrowLeft' ? -PAN : PAN))
    point(ts)
  }

  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Crosshair of the charts"
      aria-keyshortcuts="ArrowLeft ArrowRight + - F Home End"
      aria-valuenow={at?.ts ?? 0}
      aria-valuetext={
        at?.text ??
        'Arrow keys go from sample to sample, with Shift they move the range; plus and minus zoom, F follows'
      }
      onKeyDown={onKeyDown}
      onBlur={() => point(null)}
      className="pointer-events-none absolute inset-0 rounded-b-outer focus-visible:-outline-offset-2"
    />
  )
}

/** True when the key is one that changes what is shown. */
function changeRange(view: ChartView, { key, shiftKey }: KeyboardEvent, around: number | null): boolean {
  const { min, max } = view.span()
  const spanMs = max - min
  if (key === '+' || key === '=') view.zoom(0.5, around ?? undefined)
  else if (key === '-' || key === '_') view.zoom(2, around ?? undefined)
  else if (key === 'f' || key === 'F' || key === 'End') view.follow()
  else if (key === '0') view.reset()
  else if (shiftKey && key === 'ArrowLeft') view.pan(-spanMs * PAN)
  else if (shiftKey && key === 'ArrowRight') view.pan(spanMs * PAN)
  else if (shiftKey && key === 'PageUp') view.pan(-spanMs)
  else if (shiftKey && key === 'PageDown') view.pan(spanMs)
  else return false
  return true
}

const MARK_NEAR = 0.005

function describe(charted: readonly ChartedKey[], marks: MarkStore, span: Span, ts: number): string {
  const values = charted.flatMap(({ name, kind, lines }) =>
    lines.flatMap(({ series, label }) => {
      const value = nearestOf(series.drawn(span).parts, ts)
      const kept = series.series
      if (value === null || kept === undefined) return []
      const of = lines.length > 1 ? `${name} of ${label}` : name
      if (kind === 'states') return `${of} ${kept.labels.textOf(value)}`
      return `${of} ${formatNumber(value, decimalsOf(kept.points.values))} ${unitOf(name) ?? ''}`.trimEnd()
    }),
  )
  const near = (span.max - span.min) * MARK_NEAR
  const happened = marks.between(ts - near, ts + near).map(({ text }) => text)
  return `${formatMomentMillis(ts, platformNow())}: ${[...values, ...happened].join(', ')}`
}
