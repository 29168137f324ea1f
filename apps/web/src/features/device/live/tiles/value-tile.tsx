'use client'

import type { TelemetryValue } from '@heliograph/protocol'
import { ChartLine, OctagonAlert, TriangleAlert } from 'lucide-react'
import { memo, useCallback, useSyncExternalStore } from 'react'
import { Glint } from '@/components/glint'
import { TimeAgo } from '@/components/time-ago'
import { cn } from '@/lib/cn'
import { useWhileSeen } from '../../../../lib/use-while-seen'
import { type LimitStatus, statusOf } from '../limits/limits'
import { useLimits } from '../limits/use-limits'
import { decimalsOf, formatValue } from '../telemetry/format-value'
import { kindOf, numberOf } from '../telemetry/state-labels'
import type { TelemetryStore } from '../telemetry/telemetry-store'
import { unitOf } from '../telemetry/units'
import { Sparkline } from './sparkline'

interface ValueTileProps {
  device: string
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
  const drawable = kindOf(latest.value) !== null
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
      <div className="relative mt-1 w-fit max-w-full">
        <Value name={name} value={latest.value} decimals={decimalsOf(series.points.values)} status={status} />
        <Glint at={arrivals} shape="under" className="absolute inset-x-0 -bottom-0.5" />
      </div>
      <div className="mt-2 h-7">
        {series.drawn.length > 0 && typeof latest.value !== 'string' && (
          <Sparkline points={series.drawn} colour={colour} stepped={series.kind === 'states'} />
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

interface ValueProps {
  name: string
  value: TelemetryValue
  decimals: number
  /** Beyond which of its limits it is. */
  status: LimitStatus | null
}

function Value({ name, value, decimals, status }: ValueProps) {
  const text = formatValue(value, decimals)
  if (typeof value !== 'number') {
    return (
      <p
        title={text}
        className={cn(
          'h-7 truncate text-16 leading-7 font-medium',
          typeof value === 'object' && 'font-mono text-12 leading-7 font-normal',
        )}
      >
        {text}
      </p>
    )
  }
  const unit = unitOf(name)
  return (
    <p
      className={cn(
        'flex h-7 items-baseline text-20 font-semibold tracking-tight tabular-nums',
        status !== null && STATUS[status].text,
      )}
    >
      <span className="truncate">{text}</span>
      {unit !== null && (
        <span className={unit.startsWith('°') ? '' : 'ml-1 text-13 font-normal text-ink-faint'}>{unit}</span>
      )}
      {status !== null && <StatusSign status={status} />}
    </p>
  )
}

function StatusSign({ status }: { status: LimitStatus }) {
  const { icon: Icon, label } = STATUS[status]
  return (
    <span className="ml-2 self-center" title={label}>
      <Icon aria-hidden className="size-4" />
      <span className="sr-only">{label}</span>
    </span>
  )
}

const STATUS = {
  warning: { text: 'text-quiet-text', icon: TriangleAlert, label: 'Beyond its warning limit' },
  critical: { text: 'text-refused-text', icon: OctagonAlert, label: 'Beyond its critical limit' },
}
