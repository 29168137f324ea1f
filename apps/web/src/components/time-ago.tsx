'use client'

import { useNow } from '@/lib/clock'
import { formatAgo, formatExact, formatUntil } from '@/lib/format-time'

interface TimeProps {
  /** Epoch milliseconds. */
  ts: number
  className?: string
}

/** An age that is updated each second, with the exact time as title. */
export function TimeAgo({ ts, className }: TimeProps) {
  const now = useNow()
  return <Time ts={ts} className={className} text={formatAgo(ts, now)} />
}

/** The time left until something, counting down. */
export function TimeUntil({ ts, className }: TimeProps) {
  const now = useNow()
  return <Time ts={ts} className={className} text={formatUntil(ts, now)} />
}

function Time({ ts, text, className }: { ts: number; text: string; className: string | undefined }) {
  return (
    <time
      dateTime={new Date(ts).toISOString()}
      title={formatExact(ts)}
      className={`tabular-nums ${className ?? ''}`}
      suppressHydrationWarning
    >
      {text}
    </time>
  )
}
