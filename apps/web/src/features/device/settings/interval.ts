const SECONDS = { seconds: 1, minutes: 60, hours: 3_600, days: 86_400 } as const

export type IntervalUnit = keyof typeof SECONDS
export const intervalUnits = Object.keys(SECONDS) as IntervalUnit[]

export interface Interval {
  count: number
  unit: IntervalUnit
}

/** Converts seconds to the largest unit that divides them. */
export function toInterval(seconds: number): Interval {
  const unit = intervalUnits.findLast((one) => seconds % SECONDS[one] === 0) ?? 'seconds'
  return { count: seconds / SECONDS[unit], unit }
}

export function fromInterval({ count, unit }: Interval): number {
  return count * SECONDS[unit]
}
