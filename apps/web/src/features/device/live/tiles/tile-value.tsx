'use client'

import type { TelemetryValue } from '@heliograph/protocol'
import { OctagonAlert, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { Glint } from '@/components/glint'
import { cn } from '@/lib/cn'
import { useCopy } from '@/lib/use-copy'
import type { LimitStatus } from '../limits/limits'
import { exactText, formatValue } from '../telemetry/format-value'
import { unitOf } from '../telemetry/units'

interface TileValueProps {
  name: string
  value: TelemetryValue
  decimals: number
  /** Beyond which of its limits it is. */
  status: LimitStatus | null
  /** Changes with each sample. */
  arrivals: number
}

/**
 * The value of a tile, shortened to fit. The whole of it is shown by pointing at it, by focus and by a press, which also
 * copies it.
 */
export function TileValue({ name, value, decimals, status, arrivals }: TileValueProps) {
  const { copied, copy } = useCopy()
  const [whole, setWhole] = useState(false)
  const text = formatValue(value, decimals)
  const exact = exactText(value)
  return (
    <div
      onPointerEnter={() => setWhole(true)}
      onPointerLeave={({ pointerType }) => pointerType === 'mouse' && setWhole(false)}
    >
      <div className="relative z-1 mt-1 w-fit max-w-full">
        <button
          type="button"
          aria-description={exact}
          onFocus={() => setWhole(true)}
          onBlur={() => setWhole(false)}
          onClick={({ currentTarget }) => {
            // Not every browser focuses what is pressed, and without focus nothing would end the view.
            currentTarget.focus()
            setWhole(true)
            copy(exact)
          }}
          className={cn(
            'flex h-7 max-w-full cursor-copy in-data-stale:text-ink-faint items-baseline rounded-inner text-left leading-7',
            typeof value === 'number'
              ? ['font-semibold tracking-tight tabular-nums', sizeOf(text), status && STATUS[status].text]
              : 'text-16 font-medium',
            typeof value === 'object' && 'font-mono text-12 font-normal',
          )}
        >
          <span className="sr-only">Copy the value of {name}: </span>
          <span className="truncate">{text}</span>
          {typeof value === 'number' && <Unit name={name} />}
          {status !== null && <StatusSign status={status} />}
        </button>
        <Glint at={arrivals} shape="under" className="absolute inset-x-0 -bottom-0.5" />
      </div>
      {whole && <Whole text={exact} copied={copied} />}
      <span aria-live="polite" className="sr-only">
        {copied ? `${name} copied` : ''}
      </span>
    </div>
  )
}

/** Stays inside the tile, which clips what it holds. */
function Whole({ text, copied }: { text: string; copied: boolean }) {
  return (
    <div className="absolute top-16 right-2 left-2 z-2 max-h-16 w-fit overflow-y-auto rounded-inner border bg-raised px-1.5 py-0.5 font-mono text-12 break-all whitespace-pre-wrap text-ink select-text">
      {text}
      {copied && <span className="ml-1.5 text-online-text">copied</span>}
    </div>
  )
}

/** The more characters, the smaller, so that whole numbers fit. */
function sizeOf({ length }: string): string {
  if (length > 14) return 'text-13'
  return length > 9 ? 'text-16' : 'text-20'
}

function Unit({ name }: { name: string }) {
  const unit = unitOf(name)
  if (unit === null) return null
  return <span className={unit.startsWith('°') ? '' : 'ml-1 text-13 font-normal text-ink-faint'}>{unit}</span>
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
