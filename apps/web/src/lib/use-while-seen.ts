'use client'

import { type RefCallback, useCallback, useState } from 'react'

type Listen = (listener: () => void) => () => void

/** Who reads past the screen's edge, as a screen reader may, still hears what is not too old. */
const OUT_OF_SIGHT_EVERY_MS = 5_000

/** A subscription that tells at once while an element is in sight, and now and then while it is not; and the element's ref. */
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
