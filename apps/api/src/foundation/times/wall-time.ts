/**
 * When something was, in epoch milliseconds, told by how long ago it was: the clock may have been set since. `thenMs` and
 * `atMs`, which is now, are of `performance.now()`.
 */
export function wallTimeOf(thenMs: number, atMs: number, nowMs = Date.now()): number {
  return Math.round(nowMs - (atMs - thenMs))
}
