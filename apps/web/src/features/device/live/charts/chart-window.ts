const MINUTE = 60_000

export const chartWindows = [
  { ms: MINUTE, label: '1 min', name: 'minute' },
  { ms: 5 * MINUTE, label: '5 min', name: '5 minutes' },
  { ms: 15 * MINUTE, label: '15 min', name: '15 minutes' },
] as const
export type ChartWindow = (typeof chartWindows)[number]

/** The shortest window that holds data of this age; a device that has just begun would be a sliver in a longer one. */
export function windowFor(ageMs: number): ChartWindow {
  return chartWindows.find(({ ms }) => ageMs < ms * 0.95) ?? chartWindows[2]
}
