'use client'

import { useCallback, useSyncExternalStore } from 'react'

const PREFIX = 'heliograph:'
const CHANGED = 'heliograph-stored-flag'

/** A boolean that is kept in the local storage of the browser. */
export function useStoredFlag(name: string): [boolean, (value: boolean) => void] {
  const value = useSyncExternalStore(
    listen,
    () => localStorage.getItem(PREFIX + name) === '1',
    () => false,
  )
  const set = useCallback(
    (next: boolean) => {
      localStorage.setItem(PREFIX + name, next ? '1' : '0')
      window.dispatchEvent(new Event(CHANGED))
    },
    [name],
  )
  return [value, set]
}

function listen(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener)
  window.addEventListener('storage', listener)
  return () => {
    window.removeEventListener(CHANGED, listener)
    window.removeEventListener('storage', listener)
  }
}
