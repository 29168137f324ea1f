/**
 * Converts a time of `performance.now()` to epoch milliseconds. `nowMonotonicMs` is the present time of that clock. It is
 * computed from how long ago the time was, because the system's clock may have been set since.
 */
export function epochMsOf(monotonicMs: number, nowMonotonicMs: number, nowEpochMs = Date.now()): number {
  return Math.round(nowEpochMs - (nowMonotonicMs - monotonicMs))
}
