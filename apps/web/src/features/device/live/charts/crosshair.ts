import type { Span } from '../telemetry/span'

/** The position of the crosshair when it is moved by keys. */
export class Crosshair {
  #ts: number | null = null
  #revision = 0

  get ts(): number | null {
    return this.#ts
  }

  /** Grows with each change, so that charts know when to draw. */
  get revision(): number {
    return this.#revision
  }

  move(ts: number | null): void {
    if (ts === this.#ts) return
    this.#ts = ts
    this.#revision += 1
  }
}

/** The position of the crosshair after a key; undefined for other keys. */
export function movedBy(
  key: string,
  from: number | null,
  series: readonly Float64Array[],
  span: Span,
): number | null | undefined {
  const leap = (span.max - span.min) / 10
  switch (key) {
    case 'ArrowLeft':
      return before(series, from ?? Number.POSITIVE_INFINITY, span) ?? from
    case 'ArrowRight':
      return after(series, from ?? Number.NEGATIVE_INFINITY, span) ?? from
    case 'PageUp':
      return before(series, (from ?? span.max) - leap, span) ?? first(series, span)
    case 'PageDown':
      return after(series, (from ?? span.min) + leap, span) ?? last(series, span)
    case 'Home':
      return first(series, span)
    case 'End':
      return last(series, span)
    case 'Escape':
      return null
    default:
      return undefined
  }
}

/** The value at a time or, where a series has none then, the nearest one; null where it has none at all. */
export function nearestOf(
  parts: readonly { times: Float64Array; values: Float64Array }[],
  ts: number,
): number | null {
  let [nearest, distance]: [number | null, number] = [null, Number.POSITIVE_INFINITY]
  for (const { times, values } of parts) {
    const next = firstAtOrAfter(times, ts)
    for (const at of [next - 1, next]) {
      const away = Math.abs((times[at] ?? Number.POSITIVE_INFINITY) - ts)
      if (away < distance) [nearest, distance] = [values[at] ?? null, away]
    }
  }
  return nearest
}

const first = (series: readonly Float64Array[], span: Span) => after(series, Number.NEGATIVE_INFINITY, span)

const last = (series: readonly Float64Array[], span: Span) => before(series, Number.POSITIVE_INFINITY, span)

/** The latest sample of any series before a time, within the span. */
function before(series: readonly Float64Array[], ts: number, { min, max }: Span): number | null {
  const found = series.flatMap((times) => {
    const at = ts > max ? firstAfter(times, max) : firstAtOrAfter(times, ts)
    return times[at - 1] ?? []
  })
  const latest = Math.max(...found)
  return latest >= min && found.length > 0 ? latest : null
}

/** The earliest sample of any series after a time, within the span. */
function after(series: readonly Float64Array[], ts: number, { min, max }: Span): number | null {
  const found = series.flatMap((times) => {
    const at = ts < min ? firstAtOrAfter(times, min) : firstAfter(times, ts)
    return times[at] ?? []
  })
  const earliest = Math.min(...found)
  return earliest <= max && found.length > 0 ? earliest : null
}

const firstAtOrAfter = (times: Float64Array, ts: number) => search(times, (time) => time < ts)
const firstAfter = (times: Float64Array, ts: number) => search(times, (time) => time <= ts)

/** The index of the first time that does not lie to the left. */
function search(times: Float64Array, isLeft: (time: number) => boolean): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isLeft(times[middle] as number)) low = middle + 1
    else high = middle
  }
  return low
}
