export interface Scales {
  /** Whole pixels, to the right and downwards. */
  xOf(ts: number): number
  yOf(value: number): number
}

/**
 * Calls `paint` with what points from `first` to `last` cover of each column of pixels: from the highest down to the lowest,
 * both painted. Where a column holds several, this is all that a line through them shows, and is painted in half the time.
 * Each column begins where the one before it ended, so that the line holds together; null breaks it, and undefined is
 * passed over.
 */
export function eachColumn(
  times: ArrayLike<number>,
  values: ArrayLike<number | null | undefined>,
  [first, last]: readonly [number, number],
  { xOf, yOf }: Scales,
  paint: (x: number, top: number, bottom: number) => void,
): void {
  let [column, top, bottom, before] = [Number.NaN, 0, 0, Number.NaN]
  const end = () => {
    if (!Number.isNaN(column)) paint(column, top, bottom)
  }
  for (let index = first; index <= last; index += 1) {
    const value = values[index]
    if (value === undefined) continue
    if (value === null) {
      end()
      column = before = Number.NaN
      continue
    }
    const [x, y] = [xOf(times[index] as number), yOf(value)]
    if (x !== column) {
      end()
      const from = Number.isNaN(before) ? y : before
      ;[column, top, bottom] = [x, Math.min(from, y), Math.max(from, y)]
    } else if (y < top) top = y
    else if (y > bottom) bottom = y
    before = y
  }
  end()
}
