import { setTimeout as sleep } from 'node:timers/promises'

const shortestDelayMs = 20
const longestDelayMs = 1_000

/**
 * How long to wait after the `attempt`th failure, counted from 1: it doubles up to a second. `random`, from 0 to 1, takes
 * up to half of it off, so that writers that failed together do not come back together.
 */
export function retryDelayMs(attempt: number, random = Math.random()): number {
  const delayMs = Math.min(longestDelayMs, shortestDelayMs * 2 ** Math.min(attempt, 10))
  return delayMs * (1 - random / 2)
}

/** Waits before the next attempt; returns at once when the signal is aborted. */
export async function backOff(attempt: number, signal: AbortSignal): Promise<void> {
  await sleep(retryDelayMs(attempt), undefined, { signal }).catch(() => undefined)
}
