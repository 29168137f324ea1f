'use client'

import { type FleetCounts, fleet } from '@heliograph/protocol'
import { useState } from 'react'
import { useOrganization } from '@/lib/organization'
import { platformClock } from '@/lib/platform-clock'
import { useSubscription } from './use-subscription'

export interface HeardCounts {
  counts: FleetCounts
  /** Epoch milliseconds. */
  receivedAt: number
}

/** The counts of the organization, which the server publishes each second; null before the first. */
export function useFleet(onCounts: (counts: FleetCounts) => void = () => {}, onServed?: () => void) {
  const { slug } = useOrganization()
  const [heard, setHeard] = useState<HeardCounts | null>(null)
  useSubscription(
    fleet,
    { org: slug },
    (counts, _, { receivedAt }) => {
      platformClock.heard(counts.ts)
      setHeard({ counts, receivedAt })
      onCounts(counts)
    },
    onServed,
  )
  return heard
}
