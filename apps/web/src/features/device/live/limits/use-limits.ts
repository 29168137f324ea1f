'use client'

import { useCallback, useSyncExternalStore } from 'react'
import { useOrganization } from '@/lib/organization'
import { hasLimits, type Limits, noLimits, parseLimits } from './limits'

const CHANGED = 'heliograph-limits'
const parsed = new Map<string, { text: string | null; limits: Limits }>()

/** The limits of a key, as this browser remembers them for its organization and device. */
export function useLimits(device: string, key: string): [Limits, (limits: Limits) => void] {
  const { slug } = useOrganization()
  const name = `heliograph:limits:${slug}:${device}:${key}`
  const limits = useSyncExternalStore(
    listen,
    () => read(name),
    () => noLimits,
  )
  const set = useCallback(
    (next: Limits) => {
      if (hasLimits(next)) localStorage.setItem(name, JSON.stringify(next))
      else localStorage.removeItem(name)
      window.dispatchEvent(new Event(CHANGED))
    },
    [name],
  )
  return [limits, set]
}

/** The same object until it changes. */
function read(name: string): Limits {
  const text = localStorage.getItem(name)
  const known = parsed.get(name)
  if (known !== undefined && known.text === text) return known.limits
  const limits = text === null ? noLimits : parseLimits(text)
  parsed.set(name, { text, limits })
  return limits
}

function listen(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener)
  window.addEventListener('storage', listener)
  return () => {
    window.removeEventListener(CHANGED, listener)
    window.removeEventListener('storage', listener)
  }
}
