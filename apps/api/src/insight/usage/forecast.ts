import type { QuotaLevel } from '@heliograph/protocol'

export const dayMs = 86_400_000
const hourMs = 3_600_000
/** The rate of devices is that of so many days. */
export const trendDays = 7
/** A forecast further ahead than this says nothing. */
const furthestMs = 5 * 365 * dayMs

const warningFrom = 0.8
const criticalFrom = 0.95

export function levelOf(used: number | null, limit: number): QuotaLevel {
  const share = (used ?? 0) / limit
  if (share >= 1) return 'full'
  if (share >= criticalFrom) return 'critical'
  return share >= warningFrom ? 'warning' : 'ok'
}

/** When the last device that is allowed is made, as they were made in the last days. */
export function devicesFullAt(
  nowMs: number,
  { used, limit, madeLately }: { used: number; limit: number; madeLately: number },
): number | null {
  return reachedAt(nowMs, limit - used, madeLately / (trendDays * dayMs))
}

/** When today's messages reach the quota at the rate of this day; in its first hour, at that of the days before. */
export function messagesFullAt(
  nowMs: number,
  { used, limit, daysBefore }: { used: number; limit: number; daysBefore: readonly number[] },
): number | null {
  const elapsedMs = nowMs % dayMs
  const mean = daysBefore.reduce((sum, messages) => sum + messages, 0) / daysBefore.length
  const isEarly = elapsedMs < hourMs && daysBefore.length > 0
  const at = reachedAt(nowMs, limit - used, isEarly ? mean / dayMs : used / elapsedMs)
  return at !== null && at < nowMs - elapsedMs + dayMs ? at : null
}

/** When what is stored reaches the quota, unless the retention deletes as much before. */
export function bytesFullAt(
  nowMs: number,
  {
    used,
    limit,
    perDay,
    retentionDays,
  }: {
    used: number
    limit: number
    perDay: number
    retentionDays: number | null
  },
): number | null {
  if (retentionDays !== null && perDay * retentionDays < limit) return null
  return reachedAt(nowMs, limit - used, perDay / dayMs)
}

function reachedAt(nowMs: number, left: number, perMs: number): number | null {
  if (left <= 0 || !(perMs > 0)) return null
  const afterMs = left / perMs
  return afterMs < furthestMs ? nowMs + afterMs : null
}
