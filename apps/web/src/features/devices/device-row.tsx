'use client'

import type { Device } from '@heliograph/protocol'
import Link from 'next/link'
import { memo } from 'react'
import { DeviceStatusLabel } from '@/components/device-status'
import { TimeAgo } from '@/components/time-ago'
import { deviceWarnings } from '@/lib/device-warnings'
import { formatExact } from '@/lib/format-time'
import { useDevicePresence } from '@/lib/live/device-facts-context'
import { useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { ROW_HEIGHT_PX } from './row-height'

const TAGS_SHOWN = 3

interface DeviceRowProps {
  device: Device
  index: number
  onTag: (tag: string) => void
}

export const DeviceRow = memo(function DeviceRow({ device, index, onTag }: DeviceRowProps) {
  const { slug } = useOrganization()
  const { status, since, lastMessageAt, asOf } = useDevicePresence(device)
  return (
    <tr
      aria-rowindex={index + 2}
      className="relative border-b transition-colors focus-within:bg-hover/60 hover:bg-hover/60"
      style={{ height: ROW_HEIGHT_PX }}
    >
      <td
        className="hidden px-4 sm:table-cell"
        title={since === null ? undefined : `Since ${formatExact(since)}`}
      >
        <DeviceStatusLabel status={status} lastMessageAt={lastMessageAt} asOf={asOf} />
      </td>
      <td className="px-4">
        <Link
          href={paths.device(slug, device.id)}
          className="block truncate font-medium text-ink in-data-stale:text-ink-soft after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-inner focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
        >
          {device.name}
        </Link>
        <p className="truncate text-12 text-ink-faint">
          <code className="font-mono">{device.id}</code>
          {deviceWarnings(device.telemetry).map(({ short, what, todo }) => (
            <span key={short} title={`${what} ${todo}`} className="relative ml-2 text-quiet-text">
              {short}
            </span>
          ))}
        </p>
      </td>
      <td className="hidden px-4 lg:table-cell">
        <Tags tags={device.tags} onTag={onTag} />
      </td>
      <td className="px-4 text-right whitespace-nowrap text-ink-soft in-data-stale:text-ink-faint">
        <DeviceStatusLabel status={status} lastMessageAt={lastMessageAt} asOf={asOf} className="sm:hidden" />
        <div className="max-sm:text-12">
          {lastMessageAt === null ? (
            <span className="text-ink-faint max-sm:hidden">–</span>
          ) : (
            <TimeAgo ts={lastMessageAt} className="relative" />
          )}
        </div>
      </td>
    </tr>
  )
})

function Tags({ tags, onTag }: { tags: string[]; onTag: (tag: string) => void }) {
  const rest = tags.slice(TAGS_SHOWN)
  return (
    <div className="flex items-center gap-1 overflow-hidden">
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <button
          key={tag}
          type="button"
          aria-label={`Show devices tagged ${tag}`}
          onClick={() => onTag(tag)}
          className="relative h-5 max-w-32 truncate rounded-inner border bg-sunken px-1.5 text-12 text-ink-soft transition-colors hover:border-line-strong hover:text-ink focus-visible:-outline-offset-1"
        >
          {tag}
        </button>
      ))}
      {rest.length > 0 && (
        <span className="relative text-12 text-ink-faint" title={rest.join(', ')}>
          +{rest.length}
        </span>
      )}
    </div>
  )
}
