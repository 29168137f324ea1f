'use client'

import { useEffect, useRef, useState } from 'react'
import { cn } from '@/lib/cn'

/** At most two flashes a second: more would be a flicker. */
const MINIMUM_GAP_MS = 500

interface GlintProps {
  /** Anything that changes when a sample arrives. The value it starts with does not flash. */
  at: number | string | null
  /** `dot` flashes around a dot, `under` as a line below a value. */
  shape?: 'dot' | 'under'
  className?: string
}

/** The flash of sun that tells of a sample. Fills its parent's box; purely for the eye. */
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
