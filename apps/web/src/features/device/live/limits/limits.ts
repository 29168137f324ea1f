/** The limits of a key; null where there is none. */
export interface Limits {
  warning: Bounds
  critical: Bounds
}

export interface Bounds {
  above: number | null
  below: number | null
}

export type LimitStatus = 'warning' | 'critical'

export const noLimits: Limits = {
  warning: { above: null, below: null },
  critical: { above: null, below: null },
}

export const limitStatuses = ['warning', 'critical'] as const

/** The status of a value; null within all limits. */
export function statusOf(value: number, limits: Limits): LimitStatus | null {
  if (isBeyond(value, limits.critical)) return 'critical'
  return isBeyond(value, limits.warning) ? 'warning' : null
}

export function hasLimits({ warning, critical }: Limits): boolean {
  return [warning, critical].some(({ above, below }) => above !== null || below !== null)
}

/** Why limits contradict each other; null when they do not. */
export function limitsProblem({ warning, critical }: Limits): string | null {
  for (const { above, below } of [warning, critical]) {
    if (above !== null && below !== null && above <= below) return '“Above” must be greater than “below”.'
  }
  if (warning.above !== null && critical.above !== null && critical.above < warning.above)
    return '“Critical above” must not be less than “Warning above”.'
  if (warning.below !== null && critical.below !== null && critical.below > warning.below)
    return '“Critical below” must not be greater than “Warning below”.'
  return null
}

/** Limits from stored text; no limits where the text is not valid. */
export function parseLimits(text: string | null): Limits {
  try {
    const kept = JSON.parse(text ?? 'null')
    return { warning: boundsOf(kept?.warning), critical: boundsOf(kept?.critical) }
  } catch {
    return noLimits
  }
}

function boundsOf(kept: Partial<Bounds> | undefined): Bounds {
  const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
  return { above: numberOf(kept?.above), below: numberOf(kept?.below) }
}

function isBeyond(value: number, { above, below }: Bounds): boolean {
  return (above !== null && value > above) || (below !== null && value < below)
}
