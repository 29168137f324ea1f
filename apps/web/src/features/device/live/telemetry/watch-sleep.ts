const TICK_MS = 5_000
/** A tab out of sight is served, but its timers run late; whoever comes back to it wants to see it right at once. */
const ASLEEP_MS = 10_000

/** Calls back when the page is seen again after its timers stood still. */
export function watchSleep(onAwake: () => void): () => void {
  let lastAt = Date.now()
  const check = () => {
    if (document.hidden) return
    const sleptMs = Date.now() - lastAt - TICK_MS
    lastAt = Date.now()
    if (sleptMs > ASLEEP_MS) onAwake()
  }
  const timer = setInterval(check, TICK_MS)
  document.addEventListener('visibilitychange', check)
  document.addEventListener('resume', check)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', check)
    document.removeEventListener('resume', check)
  }
}
