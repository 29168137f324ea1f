'use client'

import { Overview, type TrafficPoint } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { request } from '@/lib/api'
import { useNow } from '@/lib/clock'
import { useLive } from '@/lib/live/live-connection'
import { useFleet } from '@/lib/live/use-fleet'
import { useOrganization, useTagLimit } from '@/lib/organization'
import { platformClock } from '@/lib/platform-clock'
import { isSetBack, joinTraffic, withSecond } from './traffic'

/** Counts arrive each second; older ones count as outdated. */
const staleAfterMs = 6_000
const listsEveryMs = 3_000

export interface LiveOverview {
  fleet: Overview['fleet']
  traffic: readonly TrafficPoint[]
  /** The time of the counts where they are outdated (epoch milliseconds). */
  staleSince: number | null
}

/** The overview: loaded once, with its traffic so far, and updated by the counts of each second. */
export function useOverview() {
  // Who sees only some devices does not hear the organization's counts.
  const isLimited = useTagLimit() !== null
  const query = useOverviewQuery(isLimited ? { refetchInterval: listsEveryMs } : {})
  const [livePoints, setLivePoints] = useState<ReturnType<typeof withSecond>>([])
  const loaded = query.data?.fleet
  const heard = useFleet(
    (counts) => {
      setLivePoints((points) => withSecond(points, counts))
      // The server reports past traffic by its current clock.
      if (loaded && isSetBack(loaded.ts, counts.ts)) void query.refetch({ cancelRefetch: false })
    },
    () => void query.refetch(),
  )
  const { state } = useLive()
  const now = useNow()

  const loadedAt = platformClock.fromBrowser(query.dataUpdatedAt)
  const newest = heard !== null && heard.receivedAt >= loadedAt ? heard : null
  const fleet = newest?.counts ?? loaded
  const asOf = newest?.receivedAt ?? loadedAt
  const away = state === 'reconnecting' || state === 'offline'
  const overview: LiveOverview | undefined = fleet && {
    fleet,
    traffic: joinTraffic(query.data?.traffic ?? [], livePoints),
    staleSince: away || now - asOf > staleAfterMs ? asOf : null,
  }
  return { overview, query }
}

/** The lists behind the numbers, loaded again every few seconds while one is open. */
export function useOverviewLists() {
  return useOverviewQuery({ refetchInterval: listsEveryMs })
}

function useOverviewQuery(options: { refetchInterval?: number } = {}) {
  const { slug } = useOrganization()
  return useQuery({
    queryKey: ['organizations', slug, 'overview'],
    queryFn: ({ signal }) => request('/api/v1/overview', { schema: Overview, org: slug, signal }),
    ...options,
  })
}
