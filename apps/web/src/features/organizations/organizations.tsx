'use client'

import type { OrganizationSummary } from '@heliograph/protocol'
import dynamic from 'next/dynamic'
import { type ReactNode, useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { LoadMore } from '@/components/load-more'
import { Loaded } from '@/components/loaded'
import { PersonalFrame } from '@/components/personal-frame'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th, ThActions } from '@/components/table'
import { ApiError } from '@/lib/api-error'
import { formatCount } from '@/lib/format-number'
import { formatDay } from '@/lib/format-time'
import { useMe } from '@/lib/me'
import { useSignInWhen } from '@/lib/use-sign-in-when'
import { useAllOrganizations } from './use-organizations'

const QuotasDialog = dynamic(() => import('./quotas-dialog').then((m) => m.QuotasDialog))

/** The names and sizes of all organizations, for platform administrators. What is in them stays unseen. */
export function Organizations() {
  const me = useMe()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  useSignInWhen(signedOut)
  return (
    <PersonalFrame
      wide
      me={me.data}
      title="Organizations"
      intro="All organizations of this platform, with their sizes. Only their members see what is in them."
    >
      {renderList()}
    </PersonalFrame>
  )

  function renderList(): ReactNode {
    if (me.data?.platformAdministrator) return <OrganizationList />
    if (me.data)
      return (
        <EmptyState title="Only platform administrators see all organizations">Ask one of them.</EmptyState>
      )
    if (me.error && !signedOut)
      return (
        <ErrorState title="Heliograph could not be reached" error={me.error} onRetry={() => me.refetch()} />
      )
    return <ListSkeleton />
  }
}

function ListSkeleton() {
  return <Skeleton className="h-64 w-full rounded-outer" />
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
