'use client'

import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'
import { useNow } from '@/lib/clock'
import { formatClockSeconds, formatMoment } from '@/lib/format-time'
import { useLive } from '@/lib/live/live-connection'

const DAY_MS = 86_400_000

/** What a page shows; dimmed, and with its time, while the connection to the platform is lost. */
export function Current({ children }: { children: ReactNode }) {
  const { asOf } = useLive()
  return (
    <div data-stale={asOf === null ? undefined : ''}>
      <div role="status">{asOf !== null && <StaleNotice asOf={asOf} />}</div>
      {children}
    </div>
  )
}

function StaleNotice({ asOf }: { asOf: number }) {
  const now = useNow()
  const time = now - asOf < DAY_MS / 2 ? formatClockSeconds(asOf) : formatMoment(asOf)
  return (
    <Notice tone="quiet" title={`Not connected to the platform: as of ${time}`} className="mb-5">
      What this page shows may have changed since. It goes on by itself once the platform answers.
    </Notice>
  )
}
