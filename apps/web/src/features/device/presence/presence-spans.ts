import type { PresenceChange, PresenceReason } from '@heliograph/protocol'
import { formatCount } from '../../../lib/format-number'
import { formatSpan } from '../../../lib/format-time'

export interface PresenceSpan {
  /** When it began and ended (epoch milliseconds); `until` is null while it lasts. */
  ts: number
  until: number | null
  online: boolean
  reason: PresenceReason
  /** How often a connection was taken over meanwhile. */
  takeOvers: number
  /** How many changes right before it are not listed. */
  foldedChanges: number
}

/** Converts changes, newest first, to the spans between them. */
export function presenceSpans(changes: PresenceChange[]): PresenceSpan[] {
  let until: number | null = null
  return changes.map(({ ts, ...change }) => {
    const span = { ...change, ts: Date.parse(ts), until }
    until = span.ts
    return span
  })
}

export function spanLength(span: PresenceSpan, now: number): string {
  const length = formatSpan(Math.max(0, (span.until ?? now) - span.ts))
  return span.until === null ? `${length} so far` : length
}

/** Take-overs, in words; empty for none. One is usual: a client that comes back before its old connection is noticed as lost. */
export function takeOversText({ takeOvers }: PresenceSpan): string {
  if (takeOvers === 0) return ''
  return takeOvers === 1 ? 'taken over once' : `taken over ${formatCount(takeOvers)} times`
}

/** The changes that are not listed, in words; empty for none. */
export function foldedText({ foldedChanges }: PresenceSpan): string {
  if (foldedChanges === 0) return ''
  const changes = foldedChanges === 1 ? '1 more change' : `${formatCount(foldedChanges)} more changes`
  return `${changes} within the minute before`
}

/** From so many on, two clients probably use the same client id. */
export const suspiciousTakeOvers = 3
