import type { Columns } from '../samples/columns.js'

const dayUs = 86_400_000_000

/** Samples of these times are in the partitions that are written all the time. */
const recentUs = { before: 14 * dayUs, after: 7 * dayUs }

/** Whether some rows have times of other weeks than all devices send now. */
export function hasOldSamples({ timesUs, length }: Columns, nowMs: number): boolean {
  const fromUs = nowMs * 1_000 - recentUs.before
  const toUs = nowMs * 1_000 + recentUs.after
  for (let row = 0; row < length; row++) {
    const timeUs = timesUs[row] as number
    if (timeUs < fromUs || timeUs > toUs) return true
  }
  return false
}
