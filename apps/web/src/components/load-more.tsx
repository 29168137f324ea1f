'use client'

import { useEffect, useEffectEvent, useRef } from 'react'
import { Button } from '@/components/button'

interface LoadMoreProps {
  label: string
  busy: boolean
  /** Whether the last attempt failed: then only a click tries again. */
  failed: boolean
  onLoad: () => void
}

/** A button that presses itself shortly before it comes into sight. */
export function LoadMore({ label, busy, failed, onLoad }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null)
  const load = useEffectEvent(() => {
    if (!busy && !failed) onLoad()
  })
  useEffect(() => {
    if (place.current === null || busy) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) load()
      },
      { rootMargin: '400px' },
    )
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [busy])
  return (
    <div ref={place} className="mt-3 flex items-center gap-3">
      <Button busy={busy} onClick={onLoad}>
        {label}
      </Button>
      {failed && (
        <p role="alert" className="text-13 text-refused-text">
          More could not be loaded. Try again.
        </p>
      )}
    </div>
  )
}
