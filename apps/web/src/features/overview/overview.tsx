'use client'

import { Maximize } from 'lucide-react'
import Link from 'next/link'
import { Button, buttonClass } from '@/components/button'
import { ErrorState } from '@/components/error-state'
import { NoDevices } from '@/components/no-devices'
import { StoreNotice } from '@/components/store-notice'
import { TagLimitNotice } from '@/components/tag-limit-notice'
import { useNow } from '@/lib/clock'
import { cn } from '@/lib/cn'
import { formatAsOf } from '@/lib/format-time'
import { useMay, useOrganization, useTagLimit } from '@/lib/organization'
import { paths } from '@/lib/paths'
import { useWall } from '@/lib/wall'
import { RefusalsTile, SlowConsumersTile, StorageTile } from './health-tiles'
import { StatusBar, StatusTiles } from './status-tiles'
import { TrafficTiles } from './traffic-tiles'
import { QuotaWarnings, UsageSection } from './usage-section'
import { type LiveOverview, useOverview } from './use-overview'
import { WallFrame } from './wall-frame'

/** The live overview of the organization; each number leads to what it counts. */
export function Overview() {
  const { overview, query } = useOverview()
  const { wall } = useWall()
  const may = useMay()
  if (wall) {
    return (
      <WallFrame staleSince={overview?.staleSince ?? null}>
        <Tiles overview={overview} />
      </WallFrame>
    )
  }
  if (!overview && query.error) {
    return (
      <ErrorState
        title="The overview could not be loaded"
        error={query.error}
        onRetry={() => query.refetch()}
      />
    )
  }
  const empty = overview?.fleet.statuses != null && overview.fleet.devices === 0
  return (
    <div className="max-w-7xl">
      <header className="mb-5 flex min-h-9 items-center justify-between gap-4">
        <h1 className="text-20 font-semibold tracking-tight">Overview</h1>
        {!empty && <HeaderEnd staleSince={overview?.staleSince ?? null} />}
      </header>
      {may('usage.read') && <QuotaWarnings />}
      <TagLimitNotice className="mb-4" />
      {empty ? (
        <Empty />
      ) : (
        <>
          <Tiles overview={overview} />
          {may('usage.read') && <UsageSection />}
        </>
      )}
    </div>
  )
}

function Tiles({ overview }: { overview: LiveOverview | undefined }) {
  const fleet = overview?.fleet
  const statuses = fleet?.statuses ?? null
  // Traffic and storage are counted for the whole organization.
  const isLimited = useTagLimit() !== null
  return (
    <div
      data-stale={overview?.staleSince ? '' : undefined}
      aria-busy={overview === undefined}
      className="flex flex-col gap-4 in-data-wall:min-h-0 in-data-wall:flex-1 in-data-wall:gap-[1.6vh]"
    >
      <StoreNotice store={fleet?.store} className="in-data-wall:text-[2.4vh] in-data-wall:leading-snug" />
      <StatusBar counts={statuses} />
      <ul
        className={cn(
          'grid grid-cols-6 overflow-hidden rounded-outer border bg-surface md:grid-cols-12',
          'in-data-wall:min-h-0 in-data-wall:flex-1 in-data-wall:grid-rows-[auto_minmax(0,1fr)_auto]',
        )}
      >
        <StatusTiles counts={statuses} />
        {!isLimited && <TrafficTiles overview={overview} />}
        <RefusalsTile fleet={fleet} {...(isLimited ? { width: 'col-span-6' } : {})} />
        <SlowConsumersTile fleet={fleet} {...(isLimited ? { width: 'col-span-6' } : {})} />
        {!isLimited && <StorageTile fleet={fleet} />}
      </ul>
    </div>
  )
}

function HeaderEnd({ staleSince }: { staleSince: number | null }) {
  const { enterWall } = useWall()
  const now = useNow()
  const show = () => {
    // Without full screen the page is as large as the window: good enough, and a person can still press F11.
    void document.documentElement.requestFullscreen?.().catch(() => {})
    enterWall()
  }
  return (
    <div className="flex items-center gap-4">
      {staleSince !== null && (
        <span className="text-13 text-quiet-text tabular-nums">as of {formatAsOf(staleSince, now)}</span>
      )}
      <Button onClick={show} title="Fills the screen with large figures and keeps it awake">
        <Maximize aria-hidden />
        Open wall view
      </Button>
    </div>
  )
}

function Empty() {
  const { slug } = useOrganization()
  return (
    <NoDevices
      action={
        <Link href={paths.devices(slug, { register: '' })} className={buttonClass('primary')}>
          Register device
        </Link>
      }
    >
      The overview shows which devices are online, which are quiet, and what was refused.
    </NoDevices>
  )
}
