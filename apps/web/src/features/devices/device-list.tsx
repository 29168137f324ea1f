'use client'

import { telemetry } from '@heliograph/protocol'
import { useQueryClient } from '@tanstack/react-query'
import { Plus, SearchX } from 'lucide-react'
import dynamic from 'next/dynamic'
import { useSearchParams } from 'next/navigation'
import { useEffect, useEffectEvent, useState } from 'react'
import { Button } from '@/components/button'
import { EmptyState } from '@/components/empty-state'
import { ErrorState } from '@/components/error-state'
import { NoDevices } from '@/components/no-devices'
import { TagLimitNotice } from '@/components/tag-limit-notice'
import { type DeviceListQuery, deviceListKey, useDeviceList } from '@/lib/device-queries'
import { useTrackMessages } from '@/lib/live/device-facts-context'
import { useOnReconnected } from '@/lib/live/live-connection'
import { useMay, useOrganization } from '@/lib/organization'
import { DeviceFilters } from './device-filters'
import { DeviceTableSkeleton } from './device-table-skeleton'
import { useListQuery } from './use-list-query'

// Fetched beside the devices themselves, while the skeleton stands.
const DeviceTable = dynamic(() => import('./device-table').then((m) => m.DeviceTable), {
  loading: DeviceTableSkeleton,
})
const RegisterDialog = dynamic(() => import('./register/register-dialog').then((m) => m.RegisterDialog))

export function DeviceList() {
  const { slug } = useOrganization()
  const may = useMay()
  const [query, change] = useListQuery()
  const list = useDeviceList(query)
  const [registering, setRegistering] = useState(false)
  useAskedToRegister(() => {
    if (may('devices.create')) setRegistering(true)
    change({})
  })
  const queryClient = useQueryClient()
  useTrackMessages(telemetry.filter({ org: slug }))
  useOnReconnected(() => void queryClient.invalidateQueries({ queryKey: deviceListKey(slug) }))

  // Before the first device there is nothing to find, and one button to press.
  const filtered = Boolean(query.search || query.status || query.tag)
  const fresh = !filtered && list.data?.pages[0]?.items.length === 0

  return (
    <>
      <header className="flex min-h-9 items-center justify-between gap-4">
        <h1 className="text-20 font-semibold tracking-tight">Devices</h1>
        {may('devices.create') && !fresh && (
          <Button variant="primary" onClick={() => setRegistering(true)}>
            <Plus aria-hidden />
            Register device
          </Button>
        )}
      </header>
      <TagLimitNotice className="mt-4" />
      {fresh ? (
        <NoDevices
          action={
            <Button variant="primary" onClick={() => setRegistering(true)}>
              <Plus aria-hidden />
              Register device
            </Button>
          }
        >
          A device is anything that speaks MQTT or HTTP. Each device gets its own credential, and its data
          appears here as it arrives.
        </NoDevices>
      ) : (
        <>
          <DeviceFilters query={query} onChange={change} />
          <Devices list={list} query={query} onChange={change} />
        </>
      )}
      {registering && <RegisterDialog onClose={() => setRegistering(false)} />}
    </>
  )
}

/** Opens the registration when the address asks for it. The address then drops the request, so that going back does not open it again. */
function useAskedToRegister(onAsked: () => void): void {
  const asked = useSearchParams().has('register')
  const act = useEffectEvent(onAsked)
  useEffect(() => {
    if (asked) act()
  }, [asked])
}

interface DevicesProps {
  list: ReturnType<typeof useDeviceList>
  query: DeviceListQuery
  onChange: (change: Partial<DeviceListQuery>) => void
}

function Devices({ list, query, onChange }: DevicesProps) {
  if (list.isPending) return <DeviceTableSkeleton />
  if (!list.data) {
    return (
      <ErrorState title="The devices could not be loaded" error={list.error} onRetry={() => list.refetch()} />
    )
  }
  const devices = list.data.pages.flatMap((page) => page.items)
  if (devices.length === 0) {
    return <NoMatch onClear={() => onChange({ search: undefined, status: undefined, tag: undefined })} />
  }
  return (
    <DeviceTable
      devices={devices}
      sort={query.sort ?? 'name'}
      onSort={(sort) => onChange({ sort })}
      onTag={(tag) => onChange({ tag })}
      more={list.hasNextPage}
      loadingMore={list.isFetchingNextPage}
      onMore={list.fetchNextPage}
    />
  )
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState
      icon={<SearchX aria-hidden />}
      title="No device matches"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      No device fits the search and the filters above.
    </EmptyState>
  )
}
