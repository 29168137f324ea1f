import type { TelemetryStore } from './telemetry-store'

/** A clock that is further ahead than this is wrong, and the picture does not follow it. */
const AHEAD_MS = 60_000

/** Now, or the newest sample where the device's clock, or the platform's, is a little ahead of ours. */
export function rightEdge(store: TelemetryStore, now: number): number {
  let edge = now
  for (const key of store.keys()) {
    const newest = store.series(key)?.drawn.lastTime ?? 0
    if (newest > edge && newest < now + AHEAD_MS) edge = newest
  }
  return edge
}
