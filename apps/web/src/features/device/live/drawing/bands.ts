import type { Span } from '../telemetry/span'
import type { LinePart } from './thin'

/** A time during which a state held: from the sample that told it to the next one. */
export interface Band {
  from: number
  to: number
  code: number
}

/**
 * The states of a span, one after another. The last one holds until `now`; where samples are missing there is none.
 * A state shorter than a pixel gives way to the next one.
 */
export function bandsOf(
  parts: readonly LinePart[],
  { min, max }: Span,
  now: number,
  pixelMs: number,
): Band[] {
  const bands: Band[] = []
  let current: Band | null = null
  let seenAt = Number.NEGATIVE_INFINITY
  const close = (to: number) => {
    if (current === null || to <= min || current.from >= max) return
    const before = bands.at(-1)
    const touches = before !== undefined && current.from - before.to < pixelMs
    if (touches && before.code === current.code) before.to = to
    else if (touches && before.to - before.from < pixelMs)
      bands[bands.length - 1] = { ...current, from: before.from, to }
    else bands.push({ ...current, to })
  }
  let gapMs = Number.POSITIVE_INFINITY
  for (const { times, values, gapMs: partGapMs } of parts) {
    for (let index = 0; index < times.length; index += 1) {
      const [ts, code] = [times[index] as number, values[index] as number]
      const gap = ts - seenAt > partGapMs
      gapMs = partGapMs
      if (current === null || gap || code !== current.code) {
        close(gap ? seenAt : ts)
        current = { from: ts, to: ts, code }
      }
      seenAt = ts
    }
  }
  close(now - seenAt > gapMs ? seenAt : Math.max(seenAt, Math.min(now, max)))
  return bands
}

/** The state at a moment; null where none is known. */
export function bandAt(bands: readonly Band[], ts: number): Band | null {
  return bands.find(({ from, to }) => ts >= from && ts <= to) ?? null
}
