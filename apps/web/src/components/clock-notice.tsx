'use client'

import { useSyncExternalStore } from 'react'
import { Notice } from '@/components/notice'
import { formatDuration } from '@/lib/format-time'
import { platformClock } from '@/lib/platform-clock'

const TOLD_FROM_MS = 60_000
/** The offset is rounded to this, so that the uncertainty of each answer does not change the text. */
const STEP_MS = 5_000

/** Says that the clock of this computer is wrong, and by how much. */
export function ClockNotice({ className }: { className?: string }) {
  const offsetMs = useSyncExternalStore(platformClock.listen, readOffset, () => 0)
  if (Math.abs(offsetMs) <= TOLD_FROM_MS) return null
  const by = formatDuration(Math.abs(offsetMs))
  return (
    <Notice
      tone="quiet"
      title={`The clock of this computer is ${by} ${offsetMs > 0 ? 'behind' : 'ahead of'} the platform's`}
      className={className}
    >
      Ages and charts on this page go by the platform’s clock. Set the clock of this computer, or of the
      platform, if its time is the wrong one.
    </Notice>
  )
}

const readOffset = (): number => Math.round(platformClock.offsetMs() / STEP_MS) * STEP_MS
