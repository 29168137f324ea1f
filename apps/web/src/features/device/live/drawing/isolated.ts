/**
 * The indices from `first` to `last` of points with a break on both sides, which no line leads to: null breaks it, and
 * undefined is passed over.
 */
export function isolatedPoints(
  values: ArrayLike<number | null | undefined>,
  first: number,
  last: number,
): number[] {
  const found: number[] = []
  for (let index = first; index <= last; index += 1) {
    if (values[index] === null || values[index] === undefined) continue
    if (isBroken(values, index, -1) && isBroken(values, index, 1)) found.push(index)
  }
  return found
}

function isBroken(values: ArrayLike<number | null | undefined>, from: number, step: 1 | -1): boolean {
  let index = from + step
  while (index >= 0 && index < values.length && values[index] === undefined) index += step
  return (values[index] ?? null) === null
}
