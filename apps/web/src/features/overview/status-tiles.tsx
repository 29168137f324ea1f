import { type DeviceStatus, deviceStatuses, type StatusCounts } from '@heliograph/protocol'
import { deviceStatusMeanings, deviceStatusWords, StatusDot } from '@/components/device-status'
import { cn } from '@/lib/cn'
import { formatCount } from '@/lib/format-number'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { Tile } from './tile'

/** The number of devices in each state; each tile leads to those devices. */
export function StatusTiles({ counts }: { counts: StatusCounts | null }) {
  const { slug } = useOrganization()
  const total = counts === null ? 0 : deviceStatuses.reduce((sum, status) => sum + counts[status], 0)
  return deviceStatuses.map((status) => {
    const count = counts?.[status] ?? null
    return (
      <Tile
        key={status}
        className="col-span-3 md:col-span-3"
        label={
          <>
            <StatusDot
              status={status}
              className="in-data-stale:bg-transparent in-data-stale:ring-1 in-data-stale:ring-offline in-data-wall:size-[2vh]"
            />
            {deviceStatusWords[status]}
          </>
        }
        to={{ href: paths.devices(slug, { status }), title: deviceStatusMeanings[status] }}
        value={count === null ? null : formatCount(count)}
        tone={count === 0 ? 'calm' : status === 'quiet' ? 'quiet' : 'plain'}
        hint={HINT[status](total)}
      />
    )
  })
}

/** The shares of all devices as a bar, legible from afar. */
export function StatusBar({ counts }: { counts: StatusCounts | null }) {
  return (
    <div
      aria-hidden
      className="flex h-1.5 gap-px overflow-hidden rounded-full bg-sunken in-data-stale:opacity-50 in-data-wall:h-[1.4vh]"
    >
      {counts !== null &&
        deviceStatuses.map((status) => (
          <span
            key={status}
            className={cn('h-full transition-[flex-grow]', SHARE[status], counts[status] > 0 && 'min-w-1')}
            style={{ flexGrow: counts[status] }}
          />
        ))}
    </div>
  )
}

const HINT: Record<DeviceStatus, (total: number) => string> = {
  online: (total) => `of ${formatCount(total)} ${total === 1 ? 'device' : 'devices'}`,
  quiet: () => 'not heard within their interval',
  offline: () => 'connected before, not now',
  never: () => 'registered, never heard',
}

const SHARE: Record<DeviceStatus, string> = {
  online: 'bg-online',
  quiet: 'bg-quiet',
  offline: 'bg-offline',
  never: 'bg-line-strong',
}
