'use client'

import { ScrollText } from 'lucide-react'
import { useSearchParams } from 'next/navigation'
import { useMemo } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { LoadMore } from '@/components/load-more'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Th, ThActions } from '@/components/table'
import { changeSearch } from '@/lib/change-search'
import { AuditFilters } from './audit-filters'
import { type AuditQuery, type ChangeFilters, readAuditQuery, writeAuditQuery } from './audit-query'
import { AuditRow } from './audit-row'
import type { AuditSource } from './audit-source'
import { actorFilter, actorName } from './audit-texts'
import { ExportButtons } from './export-buttons'
import { useAudit } from './use-audit'

interface AuditListProps {
  source: AuditSource
  /** Below the heading: whose changes these are. */
  intro: string
  /** What appears here once there is something. */
  empty: string
}

/** An audit: who changed what, when and from where. */
export function AuditList({ source, intro, empty }: AuditListProps) {
  const [query, change] = useAuditQuery()
  const audit = useAudit(source, query)
  const filtered = audit.data?.find(({ actor }) => actorFilter(actor) === query.actor)
  return (
    <section aria-labelledby="audit-title" className="max-w-6xl">
      <header className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="max-w-2xl">
          <h2 id="audit-title" className="text-16 font-semibold">
            Audit
          </h2>
          <p className="mt-0.5 text-13 text-ink-soft">
            {intro} Nobody can change a row; it is kept for 400 days, unless the platform sets another time.
          </p>
        </div>
        <ExportButtons source={source} query={query} />
      </header>
      <AuditFilters query={query} who={filtered && actorName(filtered.actor)} onChange={change} />
      <Loaded
        query={audit}
        failure="The audit could not be loaded"
        skeleton={<Skeleton className="h-96 w-full rounded-outer" />}
      >
        {(entries) =>
          entries.length === 0 ? (
            <NoEntries filtered={Object.keys(query).length > 0} empty={empty} onClear={() => change(null)} />
          ) : (
            <>
              <Table aria-busy={audit.isPlaceholderData} className="aria-busy:opacity-60">
                <thead>
                  <tr>
                    <Th className="max-sm:hidden">When</Th>
                    <Th>Who</Th>
                    <Th>What</Th>
                    <Th className="max-lg:hidden">From</Th>
                    <ThActions />
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <AuditRow key={entry.id} entry={entry} onFilter={change} />
                  ))}
                </tbody>
              </Table>
              {audit.hasNextPage && (
                <LoadMore
                  label="Show older changes"
                  busy={audit.isFetchingNextPage}
                  failed={audit.isFetchNextPageError}
                  onLoad={() => void audit.fetchNextPage()}
                />
              )}
            </>
          )
        }
      </Loaded>
    </section>
  )
}

interface NoEntriesProps {
  filtered: boolean
  empty: string
  onClear: () => void
}

function NoEntries({ filtered, empty, onClear }: NoEntriesProps) {
  return (
    <EmptyState
      icon={<ScrollText aria-hidden />}
      title={filtered ? 'No change matches' : 'Nothing was changed yet'}
      action={filtered && <Button onClick={onClear}>Clear filters</Button>}
    >
      {filtered ? 'Search for less, or for a longer time.' : empty}
    </EmptyState>
  )
}

/** The filters stand in the address, so that what is seen can be linked to. */
function useAuditQuery(): [AuditQuery, ChangeFilters] {
  const address = useSearchParams()
  const query = useMemo(() => readAuditQuery(new URLSearchParams(address)), [address])
  return [query, changeAddress]
}

/** Null clears all filters. */
const changeAddress: ChangeFilters = (change) =>
  changeSearch((search) =>
    change === null ? new URLSearchParams() : writeAuditQuery({ ...readAuditQuery(search), ...change }),
  )
