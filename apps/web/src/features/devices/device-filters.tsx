'use client'

import { deviceStatuses } from '@heliograph/protocol'
import { Search, X } from 'lucide-react'
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { deviceStatusMeanings, deviceStatusWords, StatusDot } from '@/components/device-status'
import { Input } from '@/components/input'
import { cn } from '@/lib/cn'
import type { DeviceListQuery } from '@/lib/device-queries'
import { useDebounced } from '@/lib/use-debounced'

interface DeviceFiltersProps {
  query: DeviceListQuery
  onChange: (change: Partial<DeviceListQuery>) => void
}

export function DeviceFilters({ query, onChange }: DeviceFiltersProps) {
  return (
    <div className="mt-5 mb-4 flex flex-wrap items-center gap-x-3 gap-y-3">
      <SearchBox
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

function SearchBox({ search, onSearch }: { search: string; onSearch: (search: string) => void }) {
  const [text, setText] = useState(search)
  const debounced = useDebounced(text, 200)
  const send = useEffectEvent((value: string) => {
    if (value.trim() !== search) onSearch(value.trim())
  })
  useEffect(() => send(debounced), [debounced])
  // The address may change under the box: by the back button, or by clearing the filters.
  useEffect(() => setText((shown) => (shown.trim() === search ? shown : search)), [search])

  return (
    <div className="relative w-full sm:w-72">
      <Search
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint"
      />
      <Input
        type="search"
        aria-label="Search devices"
        placeholder="Name, id or tag"
        className="h-8 pl-8 text-13"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
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
