/**
 * Calls back when a browser's page is looked at again or its network changes, which is when waiting
 * for the next attempt, or trusting an old connection, makes no sense. Does nothing outside browsers.
 */
export function onWake(callback: () => void): () => void {
  if (typeof document === 'undefined' || typeof window === 'undefined') return () => {}
  const onVisible = () => {
    if (document.visibilityState === 'visible') callback()
  }
  document.addEventListener('visibilitychange', onVisible)
  for (const name of windowEvents) window.addEventListener(name, callback)
  return () => {
    document.removeEventListener('visibilitychange', onVisible)
    for (const name of windowEvents) window.removeEventListener(name, callback)
  }
}

const windowEvents = ['online', 'offline', 'pageshow', 'focus'] as const
