'use client'

import { type RefObject, useEffect, useRef } from 'react'

/** Focuses an input when the page opens. */
export function useFocusOnMount(): RefObject<HTMLInputElement | null> {
  const ref = useRef<HTMLInputElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return ref
}
