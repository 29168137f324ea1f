'use client'

import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { LinkTabs } from '@/components/link-tabs'
import { Logo } from '@/components/logo'
import { Skeleton } from '@/components/skeleton'
import { ApiError } from '@/lib/api-error'
import { useMe } from '@/lib/me'
import { paths } from '@/lib/paths'

/** The frame of the pages of platform administrators: the way back, the heading, and the tabs of the pages. */
export function PlatformFrame({ children }: { children: ReactNode }) {
  const me = useMe()
  const router = useRouter()
  const pathname = usePathname()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  useEffect(() => {
    if (signedOut) router.replace(`${paths.signIn}?next=${encodeURIComponent(pathname)}`)
  }, [signedOut, router, pathname])
  return (
    <main className="mx-auto max-w-6xl px-4 py-7 md:px-8">
      <Link href={paths.home} className="inline-flex items-center gap-2 text-13 text-ink-soft hover:text-ink">
        <Logo className="size-6" />
        Back to your organization
      </Link>
      <h1 className="mt-6 text-20 font-semibold tracking-tight">Platform</h1>
      {renderPage()}
    </main>
  )

  function renderPage(): ReactNode {
    if (me.data?.platformAdministrator)
      return (
        <>
          <LinkTabs
            label="The platform"
            className="-mx-4 mt-3 mb-6 border-b px-2 md:-mx-8 md:px-6"
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
    return <Skeleton className="mt-6 h-64 w-full rounded-outer" />
  }
}
