'use client'

import type { ReactNode } from 'react'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { LinkTabs } from '@/components/link-tabs'
import { PersonalFrame } from '@/components/personal-frame'
import { Skeleton } from '@/components/skeleton'
import { ApiError } from '@/lib/api-error'
import { useMe } from '@/lib/me'
import { paths } from '@/lib/paths'
import { useSignInWhen } from '@/lib/use-sign-in-when'

/** The frame of the pages of platform administrators: the heading, and the tabs of the pages. */
export function PlatformFrame({ children }: { children: ReactNode }) {
  const me = useMe()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  useSignInWhen(signedOut)
  return (
    <PersonalFrame
      wide
      me={me.data}
      title="Platform"
      intro="What belongs to no single organization, for those who run Heliograph."
    >
      {renderPage()}
    </PersonalFrame>
  )

  function renderPage(): ReactNode {
    if (me.data?.platformAdministrator)
      return (
        <>
          <LinkTabs
            label="The platform"
            className="mb-6 border-b"
            tabs={[
              { href: paths.organizations, label: 'Organizations' },
              { href: paths.platformAudit, label: 'Audit' },
            ]}
          />
          {children}
        </>
      )
    if (me.data)
      return (
        <EmptyState title="Only platform administrators see these pages">
          They see all organizations, with their sizes, and the audit of the platform. Ask one of them.
        </EmptyState>
      )
    if (me.error && !signedOut)
      return (
        <ErrorState title="Heliograph could not be reached" error={me.error} onRetry={() => me.refetch()} />
      )
    return <Skeleton className="h-64 w-full rounded-outer" />
  }
}
