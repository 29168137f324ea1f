import type { OrganizationSettings } from '@heliograph/protocol'

const DAY_MS = 86_400_000

/** What the person chooses: the platform's default, a number of days, or to keep telemetry forever. */
export type RetentionMode = 'default' | 'days' | 'forever'

export interface RetentionChoice {
  mode: RetentionMode
  /** As it was typed; it counts with the mode `days`. */
  retentionDays: string
}

export function toChoice({ retentionDays, effectiveRetentionDays }: OrganizationSettings): RetentionChoice {
  const mode = retentionDays === null ? 'default' : retentionDays === 0 ? 'forever' : 'days'
  return { mode, retentionDays: String(effectiveRetentionDays ?? 365) }
}

/** The value of the call; NaN, which its schema refuses, for a number of days that is none. */
export function fromChoice({ mode, retentionDays }: RetentionChoice): number | null {
  if (mode === 'default') return null
  if (mode === 'forever') return 0
  return /^[1-9]\d{0,6}$/.test(retentionDays.trim()) ? Number(retentionDays) : Number.NaN
}

/** The time before which telemetry is lost by a change that was not lost before; null: none is. */
export function lostBefore(
  { effectiveRetentionDays, defaultRetentionDays, nextDeletionAt }: OrganizationSettings,
  retentionDays: number | null,
): number | null {
  const days = (retentionDays ?? defaultRetentionDays) || null
  if (days === null || days >= (effectiveRetentionDays ?? Number.POSITIVE_INFINITY)) return null
  return Date.parse(nextDeletionAt) - days * DAY_MS
}

/** `30 days`, `forever` */
export function retentionText(days: number | null): string {
  if (days === null) return 'forever'
  return days === 1 ? '1 day' : `${days.toLocaleString('en')} days`
}
