export interface BackoffOptions {
  /** The upper bound of the first delay. */
  baseMs: number
  /** The upper bound of every delay. */
  maximumMs: number
}

/**
 * The delay before attempt number `attempt` (0 is the first after a loss): exponential back-off with
 * full jitter, so that a fleet that lost its broker does not return all at once.
 * After M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 */
export function fullJitterMs(attempt: number, options: BackoffOptions, random = Math.random): number {
  const ceilingMs = Math.min(options.maximumMs, options.baseMs * 2 ** Math.min(attempt, 30))
  return Math.round(random() * ceilingMs)
}
