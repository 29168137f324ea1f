'use client'

import { useEffect, useRef, useState } from 'react'
import { cn } from '@/lib/cn'

/** At most two flashes a second, as more would flicker. */
const MINIMUM_GAP_MS = 500

interface GlintProps {
  /** Anything that changes when a sample arrives. The value it starts with does not flash. */
  at: number | string | null
  /** `dot` flashes around a dot, `under` as a line below a value. */
  shape?: 'dot' | 'under'
  className?: string
}

/** A flash that shows that a sample arrived. It fills the box of its parent, and screen readers skip it. */
export function Glint({ at, shape = 'dot', className }: GlintProps) {
  const [flash, setFlash] = useState(0)
  const seen = useRef(at)
  const flashedAt = useRef(0)

  useEffect(() => {
    if (seen.current === at) return
    seen.current = at
    const now = performance.now()
    if (now - flashedAt.current < MINIMUM_GAP_MS) return
    flashedAt.current = now
    setFlash((count) => count + 1)
  }, [at])

  if (flash === 0) return null
  return (
    <span
      key={flash}
      aria-hidden
      className={cn(
        'pointer-events-none motion-reduce:hidden',
        shape === 'dot' ? 'animate-glint' : 'animate-glint-under h-0.5 bg-accent opacity-0',
        className,
      )}
    />
  )
}
