'use client'

import { ChevronsRight } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { Button } from '@/components/button'
import { Segmented } from '@/components/segmented'
import { Select } from '@/components/select'
import { formatRange } from '@/lib/format-time'
import { presets, searchWith, spanText } from './chart-range'
import type { ChartView } from './chart-view'

const CustomRange = dynamic(() => import('./custom-range').then((module) => module.CustomRange), {
  ssr: false,
})

const CUSTOM = 'custom'
/** The address changes once a person has stopped zooming or dragging. */
const DEBOUNCE_MS = 300

/** The range of the charts in words. */
export function RangeTitle({ view }: { view: ChartView }) {
  const range = useSyncExternalStore(view.listen, view.range, view.range)
  const text = range.follow ? `Last ${spanText(range.spanMs)}` : formatRange(range.from, range.to)
  return <h2 className="min-w-0 truncate text-13 font-medium tabular-nums">{text}</h2>
}

/** Chooses the range of the charts. The address of the page follows it, so that it can be shared. */
export function RangeBar({ view }: { view: ChartView }) {
  const range = useSyncExternalStore(view.listen, view.range, view.range)
  const [asked, setAsked] = useState(false)

  useEffect(() => {
    if (!view.chosen) return
    const timer = setTimeout(() => {
      const search = searchWith(window.location.search, range)
      if (search !== window.location.search)
        window.history.replaceState(null, '', search + window.location.hash)
    }, DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [view, range])

  const shown = range.follow ? range.spanMs : Number.NaN
  const choose = (value: string) => {
    if (value === CUSTOM) setAsked(true)
    else view.follow(Number(value))
  }
  return (
    <>
      {!range.follow && (
        <Button size="sm" variant="primary" title="Follow the newest data (F)" onClick={() => view.follow()}>
          <ChevronsRight aria-hidden />
          Follow
        </Button>
      )}
      <Segmented
        label="How far back"
        value={shown}
        options={presets.map(({ ms, label }) => ({ value: ms, label }))}
        onChange={(ms) => view.follow(ms)}
        className="max-lg:hidden"
      />
      <Button size="sm" variant="ghost" className="max-lg:hidden" onClick={() => setAsked(true)}>
        Custom…
      </Button>
      <Select
        aria-label="How far back"
        className="w-30 lg:hidden"
        value={presets.some(({ ms }) => ms === shown) ? String(shown) : ''}
        onChange={(event) => choose(event.target.value)}
      >
        <option value="" disabled>
          {range.follow ? spanText(range.spanMs) : 'Fixed range'}
        </option>
        {presets.map(({ ms, label }) => (
          <option key={ms} value={ms}>
            {label}
          </option>
        ))}
        <option value={CUSTOM}>Custom…</option>
      </Select>
      {asked && <CustomRange view={view} onClose={() => setAsked(false)} />}
    </>
  )
}
