'use client'

import { X } from 'lucide-react'
import { useId } from 'react'
import { Input } from '@/components/input'
import { SearchBox } from '@/components/search-box'
import { Select } from '@/components/select'
import type { AuditQuery, ChangeFilters } from './audit-query'
import { actionOptions } from './audit-texts'

interface AuditFiltersProps {
  query: AuditQuery
  /** The name of the person or key that is filtered by, as far as it is known. */
  who: string | undefined
  onChange: ChangeFilters
}

export function AuditFilters({ query, who, onChange }: AuditFiltersProps) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <SearchBox
        label="Search the audit"
        placeholder="Name, id or address"
        search={query.search ?? ''}
        onSearch={(search) => onChange({ search: search || undefined })}
      />
      <Select
        aria-label="Action"
        className="w-full sm:w-56 [&_select]:h-8 [&_select]:text-13"
        value={query.action ?? ''}
        onChange={({ target }) =>
          onChange({ action: actionOptions.find(([action]) => action === target.value)?.[0] })
        }
      >
        <option value="">Any action</option>
        {actionOptions.map(([action, text]) => (
          <option key={action} value={action}>
            {text}
          </option>
        ))}
      </Select>
      <Day label="From" value={query.from} onValue={(from) => onChange({ from })} />
      <Day label="To" value={query.to} onValue={(to) => onChange({ to })} />
      {query.actor && (
        <Chip
          label={`Who: ${who ?? query.actor.replace(/^\w+:/, '')}`}
          onRemove={() => onChange({ actor: undefined })}
        />
      )}
      {query.target && (
        <Chip label={`Target: ${query.target}`} onRemove={() => onChange({ target: undefined })} />
      )}
    </div>
  )
}

interface DayProps {
  label: string
  value: string | undefined
  onValue: (day: string | undefined) => void
}

function Day({ label, value, onValue }: DayProps) {
  const id = useId()
  return (
    <div className="flex items-center gap-1.5 text-13 text-ink-soft">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type="date"
        className="h-8 w-36 px-2 text-13"
        value={value ?? ''}
        onChange={({ target }) => onValue(target.value || undefined)}
      />
    </div>
  )
}

function Chip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <button
      type="button"
      title="Remove this filter"
      onClick={onRemove}
      className="inline-flex h-8 max-w-full items-center gap-2 rounded-full border border-accent-text/50 bg-accent-wash px-3 text-13 font-medium text-accent-text"
    >
      <span className="truncate">{label}</span>
      <X aria-hidden className="size-3.5 shrink-0" />
    </button>
  )
}
