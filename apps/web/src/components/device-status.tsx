import type { DeviceStatus } from '@heliograph/protocol'
import { Glint } from '@/components/glint'
import { cn } from '@/lib/cn'
import { formatClockSeconds } from '@/lib/format-time'

interface DeviceStatusProps {
  status: DeviceStatus
  /** The time of the last message; the dot flashes when it changes. */
  lastMessageAt?: number | null
  /** The status held at this time, and nothing newer is known; null when it is current. */
  asOf?: number | null
  className?: string
}

/** The status of a device: a dot with its own shape and colour, and the word. */
export function DeviceStatusLabel({
  status,
  lastMessageAt = null,
  asOf = null,
  className,
}: DeviceStatusProps) {
  if (asOf !== null) return <PastStatus status={status} asOf={asOf} className={className} />
  return (
    <span className={cn('inline-flex items-center gap-2 text-13', TEXT[status], className)}>
      <StatusDot status={status} lastMessageAt={lastMessageAt} />
      {deviceStatusWords[status]}
    </span>
  )
}

function PastStatus({
  status,
  asOf,
  className,
}: {
  status: DeviceStatus
  asOf: number
  className?: string | undefined
}) {
  return (
    <span
      title={`${deviceStatusWords[status]} as of ${formatClockSeconds(asOf)}; this page has heard nothing since`}
      className={cn('inline-flex items-center gap-2 text-13 text-ink-faint', className)}
    >
      <span
        aria-hidden
        className="size-2 shrink-0 rounded-full border-[1.5px] border-dashed border-offline"
      />
      {PAST[status]}
    </span>
  )
}

const PAST: Record<DeviceStatus, string> = {
  online: 'Was online',
  quiet: 'Was quiet',
  offline: 'Was offline',
  never: 'Never seen',
}

export function StatusDot({ status, lastMessageAt = null, className }: DeviceStatusProps) {
  return (
    <span aria-hidden className={cn('relative size-2 shrink-0 rounded-full', DOT[status], className)}>
      <Glint at={lastMessageAt} className="absolute inset-0 rounded-full" />
    </span>
  )
}

export const deviceStatusWords: Record<DeviceStatus, string> = {
  online: 'Online',
  quiet: 'Quiet',
  offline: 'Offline',
  never: 'Never seen',
}

/** The meaning of each status, for tooltips and filters. */
export const deviceStatusMeanings: Record<DeviceStatus, string> = {
  online: 'Connected, and heard within its expected interval',
  quiet: 'Connected, but not heard within its expected interval',
  offline: 'Connected before, but not now',
  never: 'Registered, but never connected or heard',
}

const DOT: Record<DeviceStatus, string> = {
  online: 'bg-online',
  quiet: 'bg-quiet ring-2 ring-quiet/30',
  offline: 'bg-offline',
  never: 'border-[1.5px] border-offline',
}

const TEXT: Record<DeviceStatus, string> = {
  online: 'text-online-text',
  quiet: 'text-quiet-text',
  offline: 'text-offline-text',
  never: 'text-ink-faint',
}
