'use client'

import { Gauge, GitCompareArrows } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import type { Compared } from '../compare/compared'

const LimitsDialog = dynamic(() => import('../limits/limits-dialog').then((module) => module.LimitsDialog), {
  ssr: false,
})
const CompareDialog = dynamic(
  () => import('../compare/compare-dialog').then((module) => module.CompareDialog),
  { ssr: false },
)

interface RowActionsProps {
  device: string
  name: string
  compared: readonly Compared[]
  onCompare: (compared: readonly Compared[]) => void
}

/** The actions of a chart of numbers. */
export function RowActions({ device, name, compared, onCompare }: RowActionsProps) {
  const [open, setOpen] = useState<'limits' | 'compare' | null>(null)
  const close = () => setOpen(null)
  return (
    <span className="flex shrink-0 gap-0.5">
      <button
        type="button"
        className={actionClass}
        aria-label={`Limits of ${name}…`}
        title="Limits…"
        onClick={() => setOpen('limits')}
      >
        <Gauge aria-hidden className="size-3.5" />
        <span className="max-md:hidden">Limits</span>
      </button>
      <button
        type="button"
        className={actionClass}
        aria-label={`Compare ${name}…`}
        title="Compare with other devices…"
        onClick={() => setOpen('compare')}
      >
        <GitCompareArrows aria-hidden className="size-3.5" />
        <span className="max-md:hidden">Compare</span>
      </button>
      {open === 'limits' && <LimitsDialog device={device} name={name} onClose={close} />}
      {open === 'compare' && (
        <CompareDialog device={device} name={name} compared={compared} onChange={onCompare} onClose={close} />
      )}
    </span>
  )
}

const actionClass =
  'flex h-6 items-center gap-1 rounded-inner px-1.5 text-12 text-ink-faint transition-colors hover:bg-hover hover:text-ink'
