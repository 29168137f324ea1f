'use client'

import type { Me } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { buttonClass } from '@/components/button'
import { ClockNotice } from '@/components/clock-notice'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { ApiError } from '@/lib/api-error'
import { addressOf } from '@/lib/base-path'
import { DeviceFactsProvider } from '@/lib/live/device-facts-context'
import { useOnReconnected } from '@/lib/live/live-connection'
import { LiveProvider } from '@/lib/live/live-provider'
import { resumeSimulatedDevices } from '@/lib/live/simulated-devices'
import { useMe } from '@/lib/me'
import { meKey } from '@/lib/me-key'
import { OrganizationProvider, useOrganization } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { useSignInWhen } from '@/lib/use-sign-in-when'
import { useWall } from '@/lib/wall'
import { BottomBar } from './bottom-bar'
import { Breadcrumbs } from './breadcrumbs'
import { DeviceSearch } from './device-search'
import { FrameSkeleton } from './frame-skeleton'
import { LiveIndicator } from './live-indicator'
import { SideNavigation } from './side-navigation'
import { Current } from './stale-notice'
import { TwoFactorRequired } from './two-factor-required'

interface OrganizationFrameProps {
  org: string
  children: ReactNode
}

/** Admits signed-in members of the organization, and shows the navigation around the page. */
export function OrganizationFrame({ org, children }: OrganizationFrameProps) {
  const me = useMe()
  const signedOut = me.error instanceof ApiError && me.error.status === 401
  useSignInWhen(signedOut)

  if (signedOut || me.isPending) return <FrameSkeleton />
  if (!me.data) {
    return (
      <ErrorState title="Heliograph could not be reached" error={me.error} onRetry={() => me.refetch()} />
    )
  }
  const organization = me.data.organizations.find((other) => other.slug === org)
  if (!organization) return <UnknownOrganization org={org} />
  if (organization.needsTwoFactor) return <TwoFactorRequired organization={organization} me={me.data} />

  return (
    <OrganizationProvider key={org} organization={organization}>
      <LiveProvider>
        <DeviceFactsProvider>
          <Frame me={me.data}>{children}</Frame>
        </DeviceFactsProvider>
      </LiveProvider>
    </OrganizationProvider>
  )
}

function Frame({ me, children }: { me: Me; children: ReactNode }) {
  const { slug } = useOrganization()
  useEffect(() => void resumeSimulatedDevices(slug), [slug])
  useCurrentRole()
  const { wall } = useWall()
  if (wall) return <main>{children}</main>
  return (
    <div className="flex min-h-dvh">
      <a
        href="#main"
        className="print:hidden fixed top-2 left-2 z-60 -translate-y-16 rounded-inner bg-accent px-3 py-2 text-13 font-medium text-accent-ink focus:translate-y-0"
      >
        Skip to content
      </a>
      <SideNavigation me={me} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TopBar />
        <main
          id="main"
          tabIndex={-1}
          className="flex-1 px-4 pt-5 pb-24 outline-none md:px-8 md:pt-7 md:pb-12 print:p-0"
        >
          <ClockNotice className="mb-5" />
          <Current>{children}</Current>
        </main>
      </div>
      <BottomBar me={me} />
    </div>
  )
}

/** The platform ends the connection of who gets another role, so the role is read again when the connection is back. */
function useCurrentRole(): void {
  const queryClient = useQueryClient()
  useOnReconnected(() => void queryClient.invalidateQueries({ queryKey: meKey }))
}

function TopBar() {
  return (
    <header className="print:hidden sticky top-0 z-20 flex h-13 items-center gap-3 border-b bg-canvas px-4 md:px-8">
      <Breadcrumbs />
      <div className="ml-auto flex items-center gap-2 md:gap-4">
        <DeviceSearch />
        <LiveIndicator />
      </div>
    </header>
  )
}

function UnknownOrganization({ org }: { org: string }) {
  return (
    <main>
      <EmptyState
        level={1}
        title="Organization not found"
        action={
          <a href={addressOf(paths.home)} className={buttonClass()}>
            Go to your organization
          </a>
        }
      >
        There is no organization <code className="font-mono">{org}</code>, or you are not a member of it.
      </EmptyState>
    </main>
  )
}
