'use client'

import { type Device, presence, telemetry } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { Cpu } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonClass } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { LinkTabs } from '@/components/link-tabs'
import { SimulationNotice } from '@/components/simulation-notice'
import { Skeleton } from '@/components/skeleton'
import { StoreNotice } from '@/components/store-notice'
import { ApiError } from '@/lib/api-error'
import { deviceKey, useDevice } from '@/lib/device-queries'
import { useTrackMessages } from '@/lib/live/device-facts-context'
import { useOnReconnected } from '@/lib/live/live-connection'
import { useFleet } from '@/lib/live/use-fleet'
import { useOrganization, useTagLimit } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { DeviceContext } from './device-context'
import { DeviceHeader } from './device-header'
import { DeviceRefusals } from './refusals/device-refusals'

interface DeviceFrameProps {
  device: string
  children: ReactNode
}

/** The frame of all pages of a device: its name, its state, and the tabs of its pages. */
export function DeviceFrame({ device: id, children }: DeviceFrameProps) {
  const { slug } = useOrganization()
  const isLimited = useTagLimit() !== null
  const device = useDevice(id)
  const queryClient = useQueryClient()
  useTrackMessages(telemetry.filter({ org: slug, device: id }))
  // Everybody else hears the presence of all devices already.
  useTrackMessages(isLimited ? presence.filter({ org: slug, device: id }) : null)
  useOnReconnected(() => void queryClient.invalidateQueries({ queryKey: deviceKey(slug, id) }))

  if (device.isPending) return <HeaderSkeleton />
  // Also when it was there before: it was deleted, or is outside of what the caller may see now.
  if (device.error instanceof ApiError && device.error.status === 404) return <UnknownDevice id={id} />
  if (!device.data) {
    return (
      <ErrorState
        title="The device could not be loaded"
        error={device.error}
        onRetry={() => device.refetch()}
      />
    )
  }
  return (
    <DeviceContext value={device.data}>
      <DeviceHeader device={device.data} />
      <SimulationNotice device={id} className="mt-3 rounded-outer bg-sunken py-1.5 pr-1.5 pl-3" />
      <LiveStoreNotice />
      <DeviceRefusals key={id} device={id} />
      <Tabs device={device.data} />
      {children}
    </DeviceContext>
  )
}

/** A component of its own, so that nothing else renders each second. */
function LiveStoreNotice() {
  return <StoreNotice store={useFleet()?.counts.store} className="mt-3" />
}

function Tabs({ device }: { device: Device }) {
  const { slug } = useOrganization()
  return (
    <LinkTabs
      label={`Pages of ${device.name}`}
      className="-mx-4 mt-5 mb-6 border-b px-2 md:-mx-8 md:px-6"
      tabs={[
        { href: paths.device(slug, device.id), label: 'Live' },
        { href: paths.deviceCredentials(slug, device.id), label: 'Credentials' },
        { href: paths.devicePresence(slug, device.id), label: 'Presence' },
        { href: paths.deviceSettings(slug, device.id), label: 'Settings' },
      ]}
    />
  )
}

function HeaderSkeleton() {
  return (
    <div aria-busy="true">
      <Skeleton className="h-7 w-56" />
      <div className="mt-3 flex gap-4">
        <Skeleton className="w-20" />
        <Skeleton className="w-32" />
      </div>
      <div className="-mx-4 mt-5 mb-6 flex h-9 gap-5 border-b px-4 md:-mx-8 md:px-8">
        <Skeleton className="mt-2 w-10" />
        <Skeleton className="mt-2 w-20" />
        <Skeleton className="mt-2 w-16" />
        <Skeleton className="mt-2 w-14" />
      </div>
      <Skeleton className="h-64 w-full rounded-outer" />
    </div>
  )
}

function UnknownDevice({ id }: { id: string }) {
  const { slug } = useOrganization()
  return (
    <EmptyState
      level={1}
      icon={<Cpu aria-hidden />}
      title="Device not found"
      action={
        <Link href={paths.devices(slug)} className={buttonClass()}>
          Show all devices
        </Link>
      }
    >
      There is no device <code className="font-mono">{id}</code> in this organization. It may have been
      deleted.
    </EmptyState>
  )
}
