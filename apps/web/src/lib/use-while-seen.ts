'use client'

import { type RefCallback, useCallback, useState } from 'react'

type Listen = (listener: () => void) => () => void

/** Screen readers also read what is out of sight, so it is updated now and then. */
const OUT_OF_SIGHT_EVERY_MS = 5_000

/** A subscription that notifies at once while an element is in sight, and every few seconds while it is not. */
export function useWhileSeen(listen: Listen): [ref: RefCallback<Element>, listen: Listen] {
  const [inSight, setInSight] = useState(true)
  const ref = useCallback((element: Element | null) => {
    if (element === null) return
    const observer = new IntersectionObserver(([entry]) => setInSight(entry?.isIntersecting ?? true), {
      rootMargin: '80px',
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const listenWhileSeen = useCallback(
    (listener: () => void) => {
      if (inSight) return listen(listener)
      const timer = setInterval(listener, OUT_OF_SIGHT_EVERY_MS)
      return () => clearInterval(timer)
    },
    [inSight, listen],
  )
  return [ref, listenWhileSeen]
}
