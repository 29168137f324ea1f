'use client'

import { useCallback, useSyncExternalStore } from 'react'
import { useOrganization } from '@/lib/organization'
import type { Limits } from './limits'
import { limitsStore } from './limits-store'

/** The limits of a key, as this browser remembers them for its organization and device. */
export function useLimits(device: string, key: string): [Limits, (limits: Limits) => void] {
  const { slug } = useOrganization()
  // Encoded, because an id may hold colons, as a key may.
  const name = `heliograph:limits:${slug}:${encodeURIComponent(device)}:${key}`
  const limits = useSyncExternalStore(limitsStore.listen, () => limitsStore.read(name), limitsStore.none)
  const set = useCallback((next: Limits) => limitsStore.set(name, next), [name])
  return [limits, set]
}
