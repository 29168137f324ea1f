'use client'

import { type RefObject, useEffect, useRef } from 'react'

/** Puts the cursor where the person will type first. */
export function useFocusOnMount(): RefObject<HTMLInputElement | null> {
  const ref = useRef<HTMLInputElement>(null)
  useEffect(() => ref.current?.focus(), [])
  return ref
}
