'use client'

import { useSyncExternalStore } from 'react'
import { Notice } from '@/components/notice'
import { explain } from '@/lib/explain'
import type { ChartHistory } from '../history/chart-history'

/** A line that pulses while history loads, and a notice when it could not be read; charts keep what was read before. */
export function HistoryStatus({ history }: { history: ChartHistory }) {
  const { loading, error } = useSyncExternalStore(history.listen, history.status, history.status)
  return (
    <>
      <div className="relative h-0" aria-hidden>
        {loading && <div className="absolute inset-x-0 top-0 z-10 h-0.5 animate-pulse bg-accent" />}
      </div>
      <span role="status" className="sr-only">
        {loading ? 'Loading history' : ''}
      </span>
      {error !== null && (
        <Notice tone="quiet" title="Some of this range could not be read" className="m-2">
          {explain(error).what} This page tries again every few seconds and shows what it has read before.
        </Notice>
      )}
    </>
  )
}
