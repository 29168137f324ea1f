/** What files of history, which are written for as long as they are read, may take. */
export const exportLimits = {
  /** At once, for one person or API key. */
  perCaller: 4,
  /** At once, for all together: each holds a chunk of samples in memory. */
  inAll: 32,
  /** A reader that takes nothing for so long is cut off. */
  takesNothingMs: 60_000,
}
