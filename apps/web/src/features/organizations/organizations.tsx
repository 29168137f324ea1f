'use client'

import type { OrganizationSummary } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { LoadMore } from '@/components/load-more'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th, ThActions } from '@/components/table'
import { formatCount } from '@/lib/format-number'
import { formatDay } from '@/lib/format-time'
import { useAllOrganizations } from './use-organizations'

const QuotasDialog = dynamic(() => import('./quotas-dialog').then((m) => m.QuotasDialog))

function ListSkeleton() {
  return <Skeleton className="h-64 w-full rounded-outer" />
}

/** The names and sizes of all organizations, for platform administrators. What is in them stays unseen. */
export function Organizations() {
  return (
    <section aria-labelledby="organizations-title" className="max-w-5xl">
      <h2 id="organizations-title" className="text-16 font-semibold">
        Organizations
      </h2>
      <p className="mt-0.5 mb-4 text-13 text-ink-soft">
        All organizations of this platform, with their sizes. Only their members see what is in them.
      </p>
      <OrganizationList />
    </section>
  )
}

function OrganizationList() {
  const organizations = useAllOrganizations()
  const [shown, show] = useState<OrganizationSummary | null>(null)
  return (
    <Loaded query={organizations} failure="The organizations could not be loaded" skeleton={<ListSkeleton />}>
      {(items) => (
        <>
          {items.length === 0 ? (
            <EmptyState title="There is no organization">Make one from the menu of your account.</EmptyState>
          ) : (
            <Table>
              <thead>
                <tr>
                  <Th>Name</Th>
                  <Th className="text-right">Devices</Th>
                  <Th className="text-right">Members</Th>
                  <Th className="max-md:hidden">Since</Th>
                  <ThActions />
                </tr>
              </thead>
              <tbody>
                {items.map((organization) => (
                  <Row key={organization.slug} organization={organization} onQuotas={show} />
                ))}
              </tbody>
            </Table>
          )}
          {organizations.hasNextPage && (
            <LoadMore
              label="Show more"
              busy={organizations.isFetchingNextPage}
              failed={organizations.isFetchNextPageError}
              onLoad={() => void organizations.fetchNextPage()}
            />
          )}
          {shown && <QuotasDialog organization={shown} onClose={() => show(null)} />}
        </>
      )}
    </Loaded>
  )
}

interface RowProps {
  organization: OrganizationSummary
  onQuotas: (organization: OrganizationSummary) => void
}

function Row({ organization, onQuotas }: RowProps) {
  const { name, slug, devices, members, createdAt } = organization
  return (
    <tr>
      <Td className="w-1/2 max-w-0 min-w-36">
        <span className="block truncate font-medium">{name}</span>
        <span className="block truncate font-mono text-12 text-ink-faint">{slug}</span>
      </Td>
      <Td className="text-right tabular-nums">{formatCount(devices)}</Td>
      <Td className="text-right tabular-nums">{formatCount(members)}</Td>
      <Td className="whitespace-nowrap text-ink-soft max-md:hidden">{formatDay(Date.parse(createdAt))}</Td>
      <Td className="w-24 text-right max-sm:px-1">
        <Button
          size="sm"
          variant="ghost"
          aria-label={`Quotas of ${name}`}
          onClick={() => onQuotas(organization)}
        >
          Quotas
        </Button>
      </Td>
    </tr>
  )
}
