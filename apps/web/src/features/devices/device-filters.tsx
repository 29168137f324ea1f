'use client'

import { deviceStatuses } from '@heliograph/protocol'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { deviceStatusMeanings, deviceStatusWords, StatusDot } from '@/components/device-status'
import { SearchBox } from '@/components/search-box'
import { cn } from '@/lib/cn'
import type { DeviceListQuery } from '@/lib/device-queries'

interface DeviceFiltersProps {
  query: DeviceListQuery
  onChange: (change: Partial<DeviceListQuery>) => void
}

export function DeviceFilters({ query, onChange }: DeviceFiltersProps) {
  return (
    <div className="mt-5 mb-4 flex flex-wrap items-center gap-x-3 gap-y-3">
      <SearchBox
        label="Search devices"
        placeholder="Name, id or tag"
        search={query.search ?? ''}
        onSearch={(search) => onChange({ search: search || undefined })}
      />
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Status</legend>
        {deviceStatuses.map((status) => (
          <Chip
            key={status}
            pressed={query.status === status}
            title={deviceStatusMeanings[status]}
            onClick={() => onChange({ status: query.status === status ? undefined : status })}
          >
            <StatusDot status={status} />
            {deviceStatusWords[status]}
          </Chip>
        ))}
        {query.tag && (
          <Chip pressed title="Remove this filter" onClick={() => onChange({ tag: undefined })}>
            Tag: {query.tag}
            <X aria-hidden className="size-3.5" />
          </Chip>
        )}
      </fieldset>
    </div>
  )
}

interface ChipProps {
  pressed: boolean
  title: string
  onClick: () => void
  children: ReactNode
}

function Chip({ pressed, title, onClick, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      title={title}
      onClick={onClick}
      className={cn(
        'inline-flex h-8 items-center gap-2 rounded-full border px-3 text-13 transition-colors',
        pressed
          ? 'border-accent-text/50 bg-accent-wash font-medium text-accent-text'
          : 'text-ink-soft hover:bg-hover hover:text-ink',
      )}
    >
      {children}
    </button>
  )
}
