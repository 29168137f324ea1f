'use client'

import { useSyncExternalStore } from 'react'

/** What stands behind the # of the address, such as the token of a link; null until the page runs in a browser. */
export function useFragment(): string | null {
  return useSyncExternalStore(
    listenToFragment,
    () => window.location.hash.slice(1),
    () => null,
  )
}

function listenToFragment(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}
