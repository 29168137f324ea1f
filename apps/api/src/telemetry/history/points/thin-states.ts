import type { TelemetryValue } from '@heliograph/protocol'
import type { Point } from '../query/series.js'
import { partOf } from './thin-numbers.js'

export interface ThinnedStates {
  points: Point<TelemetryValue>[]
  /** Whether changes were left out, and not only repetitions. */
  changesLost: boolean
}

/**
 * Chooses at most `count` (2 or more) points of a series of booleans, text or JSON: the first, each that differs from the
 * one before, and the last. When these are too many, it takes the last of each of equal parts of the time.
 */
export function thinStates(points: readonly Point<TelemetryValue>[], count: number): ThinnedStates {
  let before: string | undefined
  const changes = points.filter(({ value }, index) => {
    const text = JSON.stringify(value)
    const differs = text !== before
    before = text
    return differs || index === points.length - 1
  })
  if (changes.length <= count) return { points: changes, changesLost: false }
  return { points: lastOfEachPart(changes, count), changesLost: true }
}

function lastOfEachPart(changes: readonly Point<TelemetryValue>[], count: number): Point<TelemetryValue>[] {
  const first = changes[0]?.tsUs ?? 0
  const last = changes.at(-1)?.tsUs ?? 0
  const part = (tsUs: number) => partOf(tsUs, first, last, count - 1)
  return changes.filter(({ tsUs }, index) => {
    const next = changes[index + 1]
    return index === 0 || next === undefined || part(next.tsUs) !== part(tsUs)
  })
}
