import type { ReactNode, RefObject } from 'react'
import { cn } from '@/lib/cn'
import type { ChartedSeries } from '../drawing/row-painter'
import { seriesColour } from '../telemetry/series-colour'
import { isSwitch, type SeriesKind, type StateLabels, stateColourIndex } from '../telemetry/state-labels'
import { unitOf } from '../telemetry/units'

const SHOWN_STATES = 6

interface ChartCaptionProps {
  name: string
  kind: SeriesKind
  lines: readonly ChartedSeries[]
  /** Those in sight. */
  states: readonly number[]
  /** Where the values are written, many times a second, past React. */
  readouts: RefObject<(HTMLSpanElement | null)[]>
  actions: ReactNode
}

/** Above a chart: what it is of, what its colours mean, and the values under the crosshair or the newest. */
export function ChartCaption({ name, kind, lines, states, readouts, actions }: ChartCaptionProps) {
  const several = lines.length > 1
  return (
    <figcaption className="flex min-h-6 flex-wrap items-center gap-2 px-4 text-12">
      {!several && <Swatch colourIndex={lines[0]?.colourIndex ?? 0} />}
      <span className="min-w-0 max-w-64 truncate font-mono text-ink-soft" title={name}>
        {name}
      </span>
      {kind === 'states' && <StateLegend states={states} lines={lines} />}
      {actions}
      <span className={cn('ml-auto flex min-w-0 justify-end gap-x-4', several && 'flex-wrap')}>
        {lines.map(({ label, colourIndex, series }, index) => (
          <span key={series.ref.device} className="flex items-center gap-1.5 whitespace-nowrap">
            {several && (
              <>
                <Swatch colourIndex={colourIndex} />
                <span className="max-w-32 truncate text-ink-soft">{label}</span>
              </>
            )}
            <span className="flex max-w-48 items-baseline text-13 font-medium tabular-nums">
              <span
                className="truncate"
                ref={(element) => {
                  readouts.current[index] = element
                }}
              />
              {kind === 'numbers' && <Unit name={name} />}
            </span>
          </span>
        ))}
      </span>
    </figcaption>
  )
}

function Swatch({ colourIndex }: { colourIndex: number }) {
  return (
    <span
      aria-hidden
      className="h-0.5 w-3 shrink-0 rounded-full"
      style={{ background: seriesColour(colourIndex) }}
    />
  )
}

function Unit({ name }: { name: string }) {
  const unit = unitOf(name)
  return unit === null ? null : <span className="ml-0.5 font-normal text-ink-faint">{unit}</span>
}

function StateLegend({ states, lines }: { states: readonly number[]; lines: readonly ChartedSeries[] }) {
  const line = lines[0]
  const labels = line?.series.series?.labels
  if (line === undefined || labels === undefined || states.every(isSwitch)) return null
  return (
    <span className="flex min-w-0 items-center gap-x-3 overflow-hidden text-ink-soft max-sm:order-last max-sm:basis-full max-sm:flex-wrap sm:ml-3">
      {states.slice(0, SHOWN_STATES).map((code) => (
        <span key={code} className="flex min-w-0 items-center gap-1.5">
          <span
            aria-hidden
            className="size-2 shrink-0 rounded-[2px]"
            style={{ background: colourOf(code, line.colourIndex, labels) }}
          />
          <span className="max-w-24 truncate">{labels.textOf(code)}</span>
        </span>
      ))}
      {states.length > SHOWN_STATES && (
        <span className="whitespace-nowrap text-ink-faint">and {states.length - SHOWN_STATES} more</span>
      )}
    </span>
  )
}

function colourOf(code: number, colourIndex: number, labels: StateLabels): string {
  const index = stateColourIndex(code, colourIndex, labels)
  return index === null ? 'var(--offline)' : seriesColour(index)
}
