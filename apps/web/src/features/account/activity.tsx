'use client'

import type { AuditEntry } from '@heliograph/protocol'
import { Badge } from '@/components/badge'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { Loaded } from '@/components/loaded'
import { Skeleton } from '@/components/skeleton'
import { Table, Td, Th } from '@/components/table'
import { TimeAgo } from '@/components/time-ago'
import { AccountSection } from './account-section'
import { activityText } from './activity-texts'
import { browserName } from './browser-name'
import { useActivity } from './use-activity'

/** Sign-ins, refused ones, and changes of the account, so that its owner sees what was not them. */
export function Activity() {
  const query = useActivity()
  return (
    <AccountSection
      title="Recent activity"
      intro="Sign-ins and changes of your account. If one was not you, change your password, which also ends all other sessions."
    >
      <Loaded
        query={query}
        failure="Your activity could not be loaded"
        skeleton={<Skeleton className="h-48 w-full rounded-outer" />}
      >
        {(entries) =>
          entries.length === 0 ? (
            <EmptyState title="Nothing was recorded yet">Your next sign-in appears here.</EmptyState>
          ) : (
            <>
              <Table>
                <thead>
                  <tr>
                    <Th>What</Th>
                    <Th>When</Th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <ActivityRow key={entry.id} entry={entry} />
                  ))}
                </tbody>
              </Table>
              {query.hasNextPage && (
                <Button
                  size="sm"
                  className="mt-3"
                  busy={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  Show older activity
                </Button>
              )}
            </>
          )
        }
      </Loaded>
    </AccountSection>
  )
}

function ActivityRow({ entry }: { entry: AuditEntry }) {
  const { what, refused, addresses } = activityText(entry)
  const from = [...(entry.userAgent === null ? [] : [browserName(entry.userAgent)]), ...addresses]
  return (
    <tr>
      <Td className="w-full max-w-0 min-w-40">
        <span className="flex flex-wrap items-center gap-x-2">
          <span className="font-medium">{what}</span>
          {refused && <Badge tone="refused">refused</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-faint" title={entry.userAgent ?? undefined}>
          {from.length === 0 ? 'by the platform' : from.join(', ')}
        </span>
      </Td>
      <Td className="whitespace-nowrap text-ink-soft">
        <TimeAgo ts={Date.parse(entry.at)} />
      </Td>
    </tr>
  )
}
