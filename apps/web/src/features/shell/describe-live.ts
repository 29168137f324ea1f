import { formatClock, formatUntil } from '@/lib/format-time'
import type { LiveConnection } from '@/lib/live/live-connection'

/** How the page's connection fares, in a few words. */
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
