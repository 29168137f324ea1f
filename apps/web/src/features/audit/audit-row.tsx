'use client'

import type { AuditEntry } from '@heliograph/protocol'
import { ChevronDown } from 'lucide-react'
import { useId, useState } from 'react'
import { Button } from '@/components/button'
import { Td } from '@/components/table'
import { TimeAgo } from '@/components/time-ago'
import { clientName } from '@/lib/client-name'
import { cn } from '@/lib/cn'
import { formatExact } from '@/lib/format-time'
import type { ChangeFilters } from './audit-query'
import {
  actionText,
  actorCapacity,
  actorFilter,
  actorName,
  changedFields,
  type FactRow,
  factRows,
} from './audit-texts'

interface AuditRowProps {
  entry: AuditEntry
  onFilter: ChangeFilters
}

/** A change in one line; its details open below it. */
export function AuditRow({ entry, onFilter }: AuditRowProps) {
  const [open, setOpen] = useState(false)
  const details = useId()
  const { actor, action, target, address, userAgent, at } = entry
  const changed = changedFields(entry)
  return (
    <>
      <tr className={cn(open && '[&>td]:border-b-0')}>
        <Td className="whitespace-nowrap text-ink-soft max-sm:hidden">
          <TimeAgo ts={Date.parse(at)} />
        </Td>
        <Td className="sm:min-w-32">
          <FilterButton
            title="Show only what they did"
            onClick={() => onFilter({ actor: actorFilter(actor) })}
            className="font-medium"
          >
            {actorName(actor)}
          </FilterButton>
          <span className="block text-12 text-ink-faint">{actorCapacity(actor)}</span>
          <TimeAgo ts={Date.parse(at)} className="block text-12 text-ink-faint sm:hidden" />
        </Td>
        <Td className="w-2/3 sm:w-1/2 sm:min-w-48">
          <span className="block">
            {actionText(action)}
            {changed.length > 0 && <span className="text-ink-faint"> ({changed.join(', ')})</span>}
          </span>
          <FilterButton
            title="Show only what happened to it"
            onClick={() => onFilter({ target })}
            className="font-mono text-12 break-all text-ink-soft"
          >
            {target}
          </FilterButton>
        </Td>
        <Td className="text-ink-soft max-lg:hidden">
          <span className="block whitespace-nowrap">{address ?? '–'}</span>
          {userAgent && <span className="block text-12 text-ink-faint">{clientName(userAgent)}</span>}
        </Td>
        <Td className="w-12 text-right max-sm:px-1">
          <Button
            size="sm"
            variant="ghost"
            aria-expanded={open}
            aria-controls={details}
            aria-label={`Details of: ${actorName(actor)} ${actionText(action)}`}
            onClick={() => setOpen(!open)}
          >
            <ChevronDown aria-hidden className={cn('transition-transform', open && 'rotate-180')} />
          </Button>
        </Td>
      </tr>
      {open && (
        <tr id={details}>
          <Td colSpan={5} className="bg-canvas pb-4">
            <Details entry={entry} />
          </Td>
        </tr>
      )}
    </>
  )
}

interface FilterButtonProps {
  title: string
  onClick: () => void
  className: string
  children: string
}

function FilterButton({ className, ...rest }: FilterButtonProps) {
  return (
    <button
      type="button"
      className={cn('text-left underline-offset-2 hover:underline', className)}
      {...rest}
    />
  )
}

function Details({ entry }: { entry: AuditEntry }) {
  const { at, address, userAgent, requestId, sessionId, actor, action } = entry
  const rows = factRows(entry)
  const facts = [
    ['Time', formatExact(Date.parse(at))],
    ['Action', action],
    ['Who', actor.id],
    ['Session', sessionId],
    ['Address', address],
    ['Client', userAgent],
    ['Request', requestId],
  ] as const
  return (
    <div className="grid gap-x-8 gap-y-4 pt-1 md:grid-cols-2">
      {rows.length > 0 ? <Changes rows={rows} /> : <p className="text-ink-faint">No field is recorded.</p>}
      <dl className="grid grid-cols-[auto_1fr] content-start gap-x-4 gap-y-1 text-12">
        {facts.map(
          ([label, value]) =>
            value && (
              <div key={label} className="contents">
                <dt className="text-ink-faint">{label}</dt>
                <dd className="font-mono break-all text-ink-soft">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  )
}

function Changes({ rows }: { rows: FactRow[] }) {
  return (
    <dl className="grid grid-cols-[auto_1fr] content-start gap-x-4 gap-y-1">
      {rows.map(({ field, before, after }) => (
        <div key={field} className="contents">
          <dt className="text-ink-faint">{field}</dt>
          <dd className="break-words">
            {before !== null && (
              <del className="text-ink-faint">
                <span className="sr-only">before: </span>
                {before}
              </del>
            )}
            {before !== null && after !== null && <span aria-hidden> → </span>}
            {after !== null && (
              <ins className="no-underline">
                <span className="sr-only">after: </span>
                {after}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
