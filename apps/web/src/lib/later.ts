'use client'

import { type ComponentType, useSyncExternalStore } from 'react'

interface Later<Props> {
  read: () => ComponentType<Props> | null
  listen: (listener: () => void) => () => void
}

/**
 * A component whose script is not among those that the page has to wait for: it is fetched beside them, from the
 * moment this is called. Without Suspense: a boundary around whole pages would hide them while a dialog is fetched.
 */
export function later<Props>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  const listeners = new Set<() => void>()
  let component: ComponentType<Props> | null = null
  let failure: { error: unknown } | null = null
  const tell = () => {
    for (const listener of listeners) listener()
  }
  if (typeof window !== 'undefined') {
    load()
      .then((loaded) => {
        component = loaded
      })
      .catch((error: unknown) => {
        failure = { error }
      })
      .finally(tell)
  }
  return {
    read() {
      if (failure !== null) throw failure.error
      return component
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The component, once it is there. */
export function useLater<Props>({ listen, read }: Later<Props>): ComponentType<Props> | null {
  return useSyncExternalStore(listen, read, () => null)
}
