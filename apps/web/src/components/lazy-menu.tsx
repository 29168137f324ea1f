'use client'

import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from 'react'

interface TriggerProps {
  onClick?: () => void
  'aria-haspopup'?: 'menu'
  'aria-expanded'?: boolean
}

interface LazyMenuProps {
  /** The button that opens the menu. */
  trigger: ReactElement<TriggerProps>
  /** The menu, around the same button: a component made by `lazy`, so that it loads at the first click. */
  children: (trigger: ReactNode) => ReactNode
}

/** Loads the code of a menu when a person opens the menu. */
export function LazyMenu({ trigger, children }: LazyMenuProps) {
  const [wanted, setWanted] = useState(false)
  if (wanted) return <Suspense fallback={trigger}>{children(trigger)}</Suspense>
  return cloneElement(trigger, {
    onClick: () => setWanted(true),
    'aria-haspopup': 'menu',
    'aria-expanded': false,
  })
}
