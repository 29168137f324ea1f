'use client'

import { useSyncExternalStore } from 'react'
import { platformClock, platformNow } from './platform-clock'

const TICK_MS = 1_000

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined
let stopListening: (() => void) | undefined
let now = platformNow()

/** The current time by the platform's clock, updated once a second for all ages on the page, so that they change together. */
export function useNow(): number {
  return useSyncExternalStore(listen, read, () => 0)
}

function read(): number {
  return now
}

function listen(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = platformNow()
    timer = setInterval(tick, TICK_MS)
    document.addEventListener('visibilitychange', tick)
    stopListening = platformClock.listen(tick)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
    stopListening?.()
  }
}

function tick(): void {
  if (document.hidden) return
  now = platformNow()
  for (const listener of listeners) listener()
}
