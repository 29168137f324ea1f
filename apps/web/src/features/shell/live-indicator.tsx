'use client'

import { useNow } from '@/lib/clock'
import { cn } from '@/lib/cn'
import { formatClock, formatUntil } from '@/lib/format-time'
import { type LiveConnection, type LiveState, useLive } from '@/lib/live/live-connection'

/** The state of the page's MQTT connection. */
export function LiveIndicator() {
  const live = useLive()
  const now = useNow()
  return (
    <div
      title={MEANING[live.state]}
      className={cn('flex items-center justify-end gap-2 text-12 tabular-nums md:min-w-36', TEXT[live.state])}
    >
      <span aria-hidden className={cn('size-2 shrink-0 rounded-full', DOT[live.state])} />
      <span aria-hidden className="whitespace-nowrap">
        {describeLive(live, now)}
      </span>
      <span role="status" className="sr-only">
        Live connection: {live.state}
      </span>
    </div>
  )
}

const MEANING: Record<LiveState, string> = {
  connecting: 'This page is opening its MQTT connection',
  live: 'This page receives messages the moment they arrive',
  reconnecting: 'The connection was lost; missed messages are loaded once it is back',
  offline: 'This page is not connected; what it shows may be outdated',
}

const DOT: Record<LiveState, string> = {
  connecting: 'animate-wait bg-offline',
  live: 'bg-online',
  reconnecting: 'animate-wait bg-quiet',
  offline: 'bg-refused',
}

const TEXT: Record<LiveState, string> = {
  connecting: 'text-ink-faint',
  live: 'text-ink-soft',
  reconnecting: 'text-quiet-text',
  offline: 'text-refused-text',
}

/** The state of the page's connection in a few words. */
export function describeLive(live: Omit<LiveConnection, 'subscribe'>, now: number): string {
  switch (live.state) {
    case 'live':
      return live.latencyMs === null ? 'live' : `live · ${Math.max(1, Math.round(live.latencyMs))} ms`
    case 'reconnecting':
      return live.retryAt === null || live.retryAt <= now
        ? 'reconnecting'
        : `reconnecting ${formatUntil(live.retryAt, now)}`
    case 'offline':
      return live.since === null ? 'offline' : `offline since ${formatClock(live.since)}`
    default:
      return 'connecting'
  }
}
