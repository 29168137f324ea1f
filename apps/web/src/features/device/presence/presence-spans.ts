import type { PresenceChange, PresenceReason } from '@heliograph/protocol'
import { formatSpan } from '../../../lib/format-time'

export interface PresenceSpan {
  /** When it began and ended (epoch milliseconds); `until` is null while it lasts. */
  ts: number
  until: number | null
  online: boolean
  reason: PresenceReason
}

/** Converts changes, newest first, to the spans between them. */
export function presenceSpans(changes: PresenceChange[]): PresenceSpan[] {
  let until: number | null = null
  return changes.map(({ ts, online, reason }) => {
    const span = { ts: Date.parse(ts), until, online, reason }
    until = span.ts
    return span
  })
}

export function spanLength(span: PresenceSpan, now: number): string {
  const length = formatSpan(Math.max(0, (span.until ?? now) - span.ts))
  return span.until === null ? `${length} so far` : length
}
