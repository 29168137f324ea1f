'use client'

import { type FleetCounts, type Refusal, RefusalPage } from '@heliograph/protocol'
import { useQuery } from '@tanstack/react-query'
import { useRef } from 'react'
import { request } from '@/lib/api'
import { deviceApi, deviceKey } from '@/lib/device-queries'
import { useFleet } from '@/lib/live/use-fleet'
import { useOrganization, useTagLimit } from '@/lib/organization'

const NONE: readonly Refusal[] = []
const LEAST_INTERVAL_MS = 2_000
const REFRESH_LIMITED_MS = 10_000

/** What the device was refused in the last hour, newest first; read again when the organization's counts change. */
export function useDeviceRefusals(id: string): readonly Refusal[] {
  const { slug } = useOrganization()
  const isLimited = useTagLimit() !== null
  const seen = useRef('')
  const query = useQuery({
    queryKey: [...deviceKey(slug, id), 'refusals'],
    queryFn: ({ signal }) =>
      request(`${deviceApi(id)}/refusals`, { schema: RefusalPage, query: { limit: 500 }, org: slug, signal }),
    // Who sees only some devices does not hear the organization's counts.
    refetchInterval: isLimited && REFRESH_LIMITED_MS,
  })
  // A connection that is refused reaches no topic of the device, and so no notice tells of it; these counts do.
  useFleet(({ refusals }) => {
    const counts = signatureOf(refusals)
    if (counts === seen.current || Date.now() - query.dataUpdatedAt < LEAST_INTERVAL_MS) return
    seen.current = counts
    void query.refetch({ cancelRefetch: false })
  })
  return query.data?.items ?? NONE
}

const signatureOf = (refusals: FleetCounts['refusals']): string =>
  refusals.map(({ code, lastHour }) => `${code} ${lastHour}`).join()
