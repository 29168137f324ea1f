import { hasLimits, type Limits, noLimits, parseLimits } from './limits'

/** The limits that this browser stores. `read` returns the same object until it changes. */
export const limitsStore = {
  /** Called many times a second, so the storage is read once, and again after another tab has changed it. */
  read(name: string): Limits {
    const known = limitsByName.get(name)
    if (known !== undefined) return known
    const text = localStorage.getItem(name)
    const limits = text === null ? noLimits : parseLimits(text)
    limitsByName.set(name, limits)
    return limits
  },

  set(name: string, limits: Limits): void {
    if (hasLimits(limits)) localStorage.setItem(name, JSON.stringify(limits))
    else localStorage.removeItem(name)
    limitsByName.delete(name)
    notify()
  },

  none: (): Limits => noLimits,

  listen(listener: () => void): () => void {
    if (listeners.size === 0) {
      // Changes of other tabs were missed without a listener.
      limitsByName.clear()
      window.addEventListener('storage', onStorage)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) window.removeEventListener('storage', onStorage)
    }
  },
}

const limitsByName = new Map<string, Limits>()
const listeners = new Set<() => void>()

/** A change by another tab; without a key, all was cleared. */
function onStorage({ key }: { key: string | null }): void {
  if (key === null) limitsByName.clear()
  else if (!limitsByName.delete(key)) return
  notify()
}

function notify(): void {
  for (const listener of listeners) listener()
}
