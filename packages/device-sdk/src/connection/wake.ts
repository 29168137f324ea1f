/**
 * Calls back when a browser's page becomes visible or its network changes: then the client should reconnect,
 * or check its connection, without waiting. Does nothing outside browsers. Returns a function that stops it.
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
