import type { Resolution } from '../telemetry/points'

/** What the drawn points were read from, and whether any were left out. */
export interface Origin {
  resolution: Resolution
  thinned: boolean
}

/** Says how charts were thinned; empty where every sample is drawn. */
export function originText(origins: readonly (Origin | null)[]): string {
  const known = origins.filter((origin) => origin !== null)
  if (known.some(({ resolution }) => resolution === 'hour')) return 'thinned, from values per hour'
  if (known.some(({ resolution }) => resolution === 'minute')) return 'thinned, from values per minute'
  return known.some(({ thinned }) => thinned) ? 'thinned to the extremes of each pixel' : ''
}
