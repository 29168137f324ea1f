/** The index of the first time at or after a moment; the length when there is none. */
export function indexAt(times: Float64Array, ts: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < ts) low = middle + 1
    else high = middle
  }
  return low
}
