'use client'

import { type KeyboardEvent, useState } from 'react'
import { decimalsOf, formatNumber } from '../format-value'
import type { TelemetryStore } from '../telemetry-store'
import { unitOf } from '../units'
import type { ChartedKey } from './chart-panel'
import { type Crosshair, movedBy, type Span, valueNear } from './crosshair'
import { switchText } from './switch-text'
import { formatMoment } from './time-axis'

interface CrosshairKeysProps {
  store: TelemetryStore
  charted: readonly ChartedKey[]
  crosshair: Crosshair
  span: () => Span
}

/** Moves the crosshair of all charts by the arrow keys, and has the values under it read out. */
export function CrosshairKeys({ store, charted, crosshair, span }: CrosshairKeysProps) {
  const [at, setAt] = useState<{ ts: number; text: string } | null>(null)

  const release = () => {
    crosshair.move(null)
    setAt(null)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const times = charted.map(({ name }) => store.series(name)?.points.times ?? NONE)
    const ts = movedBy(event.key, crosshair.ts, times, span())
    if (ts === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    if (ts === null) return release()
    crosshair.move(ts)
    setAt({ ts, text: describe(store, charted, ts) })
  }

  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Crosshair of the charts"
      aria-valuenow={at?.ts ?? 0}
      aria-valuetext={at?.text ?? 'Arrow keys go from sample to sample'}
      onKeyDown={onKeyDown}
      onBlur={release}
      className="pointer-events-none absolute inset-0 rounded-b-outer focus-visible:-outline-offset-2"
    />
  )
}

const NONE = new Float64Array(0)

function describe(store: TelemetryStore, charted: readonly ChartedKey[], ts: number): string {
  const values = charted.flatMap(({ name, stepped }) => {
    const points = store.series(name)?.points
    const value = points && valueNear(points.times, points.values, ts)
    if (points === undefined || value === undefined) return []
    if (stepped) return `${name} ${switchText(value)}`
    return `${name} ${formatNumber(value, decimalsOf(points.values))} ${unitOf(name) ?? ''}`.trimEnd()
  })
  return `${formatMoment(ts)}: ${values.join(', ')}`
}
