'use client'

import { ChartLine } from 'lucide-react'
import { memo, useCallback, useSyncExternalStore } from 'react'
import { TimeAgo } from '@/components/time-ago'
import { cn } from '@/lib/cn'
import { useWhileSeen } from '../../../../lib/use-while-seen'
import { statusOf } from '../limits/limits'
import { useLimits } from '../limits/use-limits'
import { decimalsOf } from '../telemetry/format-value'
import { numberOf } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'
import { Sparkline } from './sparkline'
import { TileValue } from './tile-value'

interface ValueTileProps {
  device: string
  intervalMs: number
  store: TelemetryStore
  name: string
  /** The colour of its line. */
  colour: string
  charted: boolean
  onToggle: (name: string) => void
}

/** One key: its value, how it went lately and how old it is. Pressing it shows or hides its chart. */
export const ValueTile = memo(function ValueTile({
  device,
  intervalMs,
  store,
  name,
  colour,
  charted,
  onToggle,
}: ValueTileProps) {
  const [root, listen] = useWhileSeen(
    useCallback((listener) => store.listenTo(name, listener), [store, name]),
  )
  const { latest, arrivals } = useSyncExternalStore(listen, () => store.snapshot(name))
  const [limits] = useLimits(device, name)
  const series = store.series(name)
  if (latest === null || series === undefined) return null
  const drawable = series.kind !== null
  const number = numberOf(latest.value)
  const status = number === null ? null : statusOf(number, limits)
  return (
    <li
      ref={root}
      className="relative -mr-px -mb-px border-r border-b p-3.5 transition-colors [contain-intrinsic-size:auto_8rem] [content-visibility:auto] has-[button:hover]:bg-hover/50"
    >
      <div className="flex items-center gap-2 text-12">
        <span
          aria-hidden
          className={cn('h-0.5 w-3 shrink-0 rounded-full', !charted && 'bg-line-strong')}
          style={charted ? { background: colour } : undefined}
        />
        <span className="min-w-0 truncate font-mono text-ink-soft" title={name}>
          {name}
        </span>
        {drawable && <ChartToggle name={name} charted={charted} onToggle={onToggle} />}
      </div>
      <TileValue
        name={name}
        value={latest.value}
        decimals={decimalsOf(series.points.values)}
        status={status}
        arrivals={arrivals}
      />
      <div className="mt-2 h-7 in-data-stale:opacity-40">
        {series.drawn.length > 0 && (series.kind === 'numbers' || typeof latest.value === 'boolean') && (
          <Sparkline
            points={series.drawn}
            colour={colour}
            stepped={series.kind === 'states'}
            intervalMs={intervalMs}
          />
        )}
      </div>
      <TimeAgo ts={latest.ts} className="mt-1.5 block text-12 text-ink-faint" />
    </li>
  )
})

/** Covers the whole tile, so that it need not be aimed at. */
function ChartToggle({ name, charted, onToggle }: Pick<ValueTileProps, 'name' | 'charted' | 'onToggle'>) {
  return (
    <button
      type="button"
      aria-pressed={charted}
      aria-label={`Chart of ${name}`}
      title={charted ? 'Hide its chart' : 'Show its chart'}
      onClick={() => onToggle(name)}
      className={cn(
        'ml-auto shrink-0 after:absolute after:inset-0 focus-visible:outline-none',
        'focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus',
        charted ? 'text-ink-soft' : 'text-ink-faint',
      )}
    >
      <ChartLine aria-hidden className={cn('size-3.5', !charted && 'opacity-50')} />
    </button>
  )
}
