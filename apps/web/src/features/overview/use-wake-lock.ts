'use client'

import { useEffect, useState } from 'react'

/** Keeps the screen awake, and returns whether it does: not all browsers can, and none can without TLS. */
export function useWakeLock(): boolean {
  const [awake, setAwake] = useState(false)
  useEffect(() => {
    let lock: WakeLockSentinel | null = null
    let over = false
    const keepAwake = async () => {
      if (over || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
      try {
        const taken = await navigator.wakeLock.request('screen')
        if (over) return void taken.release()
        lock = taken
        setAwake(true)
        // The browser lets go of it when the page is hidden; it is taken again when it is back.
        taken.addEventListener('release', () => setAwake(false))
      } catch {
        setAwake(false)
      }
    }
    void keepAwake()
    document.addEventListener('visibilitychange', keepAwake)
    return () => {
      over = true
      document.removeEventListener('visibilitychange', keepAwake)
      void lock?.release()
    }
  }, [])
  return awake
}
