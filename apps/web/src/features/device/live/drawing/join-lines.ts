import type { Line } from './thin'

/** The data format of uPlot: times, and for each line a value at each time; null breaks the line, undefined skips the time. */
export type Drawable = [times: ArrayLike<number>, ...lines: ArrayLike<number | null | undefined>[]]

/** Several lines over the times of all of them. */
export function joinLines(lines: readonly Line[]): Drawable {
  const only = lines[0]
  if (only !== undefined && lines.length === 1) return [only.times, only.values]
  const times: number[] = []
  const values: (number | null | undefined)[][] = lines.map(() => [])
  const next = lines.map(() => 0)
  for (;;) {
    let ts = Number.POSITIVE_INFINITY
    for (const [index, line] of lines.entries())
      ts = Math.min(ts, line.times[next[index] as number] ?? Number.POSITIVE_INFINITY)
    if (ts === Number.POSITIVE_INFINITY) return [times, ...values]
    times.push(ts)
    for (const [index, line] of lines.entries()) {
      const at = next[index] as number
      const mine = line.times[at] === ts
      values[index]?.push(mine ? line.values[at] : undefined)
      if (mine) next[index] = at + 1
    }
  }
}
