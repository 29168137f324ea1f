import type { Origin } from './row-painter'

/** Says what of the data a picture leaves out; empty when it leaves out nothing. */
export function originText(origins: readonly (Origin | null)[]): string {
  const known = origins.filter((origin) => origin !== null)
  if (known.some(({ resolution }) => resolution === 'hour')) return 'thinned, from values per hour'
  if (known.some(({ resolution }) => resolution === 'minute')) return 'thinned, from values per minute'
  return known.some(({ thinned }) => thinned) ? 'thinned to the extremes of each pixel' : ''
}
