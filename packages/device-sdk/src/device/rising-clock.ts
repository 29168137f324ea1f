/**
 * A clock in epoch milliseconds that never gives the same time twice: within one millisecond it goes
 * on in microseconds, so that no sample replaces another.
 */
export function risingClock(now: () => number = Date.now): () => number {
  let last = 0
  return () => {
    last = Math.max(now(), Math.round(last * 1_000 + 1) / 1_000)
    return last
  }
}
