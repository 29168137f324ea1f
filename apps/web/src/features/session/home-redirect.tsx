'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { ErrorState } from '@/components/error-state'
import { Logo } from '@/components/logo'
import { ApiError } from '@/lib/api-error'
import { useMe } from '@/lib/me'
import { paths } from '@/lib/paths'
import { SessionCard } from './session-card'
import { SignedInAs } from './signed-in-as'
import { useSetupState } from './use-setup-state'

/** Leads to set-up, to sign-in, or to the overview of one's organization. */
export function HomeRedirect() {
  const router = useRouter()
  const setup = useSetupState()
  const me = useMe()
  const target = destination()

  useEffect(() => {
    if (target) router.replace(target)
  }, [target, router])

  const error = setup.error ?? (me.error instanceof ApiError && me.error.status === 401 ? null : me.error)
  if (!target && error) {
    const retry = () => void Promise.all([setup.refetch(), me.refetch()])
    return (
      <main>
        <ErrorState title="Heliograph could not be reached" error={error} onRetry={retry} />
      </main>
    )
  }
  if (me.data?.organizations.length === 0) return <NoOrganization email={me.data.user.email} />
  return (
    <main className="grid min-h-dvh place-items-center" aria-busy="true">
      <h1 className="sr-only">Heliograph is loading</h1>
      <Logo className="size-9 animate-pulse" />
    </main>
  )

  function destination(): string | null {
    if (setup.data?.needed) return paths.setup
    const first = me.data?.organizations[0]
    if (first) return paths.overview(first.slug)
    if (setup.data && me.error instanceof ApiError && me.error.status === 401) return paths.signIn
    return null
  }
}

function NoOrganization({ email }: { email: string }) {
  return (
    <SessionCard
      title="No organization"
      intro="You are not a member of an organization. Ask somebody in yours for an invitation, and open its link in this browser."
    >
      <SignedInAs email={email} />
      <Link href={paths.account} className="mt-4 block text-13 text-ink underline underline-offset-2">
        Your account
      </Link>
    </SessionCard>
  )
}
