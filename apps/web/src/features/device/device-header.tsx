'use client'

import type { Device } from '@heliograph/protocol'
import type { ReactNode } from 'react'
import { CopyButton } from '@/components/copy-button'
import { DeviceStatusLabel, deviceStatusMeanings } from '@/components/device-status'
import { Notice } from '@/components/notice'
import { Tag } from '@/components/tag'
import { TimeAgo } from '@/components/time-ago'
import { deviceWarnings } from '@/lib/device-warnings'
import { useDevicePresence } from '@/lib/live/device-facts-context'

export function DeviceHeader({ device }: { device: Device }) {
  const { status, connected, since, lastMessageAt, asOf } = useDevicePresence(device)
  return (
    <header>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <h1 className="min-w-0 text-20 font-semibold tracking-tight break-words">{device.name}</h1>
        <span title={asOf === null ? deviceStatusMeanings[status] : undefined}>
          <DeviceStatusLabel
            status={status}
            lastMessageAt={lastMessageAt}
            asOf={asOf}
            className="font-medium"
          />
        </span>
      </div>
      <dl className="mt-1.5 flex flex-wrap items-center gap-x-5 gap-y-1 text-13">
        <Fact label="Id">
          <code className="font-mono text-12 text-ink">{device.id}</code>
          <CopyButton
            value={device.id}
            label="device id"
            className="-my-1.5 -ml-0.5 size-7 [&_svg]:size-3.5"
          />
        </Fact>
        <Fact label="Last message">
          {lastMessageAt === null ? 'none yet' : <TimeAgo ts={lastMessageAt} />}
        </Fact>
        {since !== null && asOf === null && (
          <Fact label={connected ? 'Connected' : 'Disconnected'}>
            <TimeAgo ts={since} />
          </Fact>
        )}
        {device.tags.length > 0 && (
          <div className="flex flex-wrap gap-1">
            <dt className="sr-only">Tags</dt>
            {device.tags.map((tag) => (
              <dd key={tag} className="flex">
                <Tag>{tag}</Tag>
              </dd>
            ))}
          </div>
        )}
      </dl>
      {deviceWarnings(device.telemetry).map(({ short, what, todo }) => (
        <Notice key={short} tone="quiet" className="mt-3">
          {what} {todo}
        </Notice>
      ))}
    </header>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-ink-faint">{label}</dt>
      <dd className="flex items-center gap-1 text-ink-soft">{children}</dd>
    </div>
  )
}
