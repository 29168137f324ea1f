import type { Resolution, TelemetryValue } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { TooLargeError } from '../../../foundation/errors/domain-errors.js'
import { ReadingPool } from '../query/reading-pool.js'
import { readSamples, type SampleRow } from '../query/sample-reader.js'
import type { Point, Series, TimeRange } from '../query/series.js'
import { toValue } from '../query/stored-value.js'
import { type Choice, chooseResolution, coarsest } from '../resolution/choose-resolution.js'
import { type Extent, readExtents } from '../resolution/extents.js'
import { preselect } from './preselect.js'
import { thinNumbers } from './thin-numbers.js'
import { thinStates } from './thin-states.js'

export interface SeriesPoints {
  series: Series
  points: Point<TelemetryValue>[]
}

export interface ThinnedHistory {
  found: SeriesPoints[]
  resolution: Resolution
  thinned: boolean
}

const chunkRows = 20_000
const longestTextBytes = 16 * 1_048_576

/** Reads history for charts: no more points of each series than asked for, from the coarsest data that is enough. */
@Injectable()
export class PointsReader {
  constructor(private readonly pool: ReadingPool) {}

  async read(series: readonly Series[], { fromUs, toUs, points }: ThinnedRange): Promise<ThinnedHistory> {
    const extents = await readExtents(this.pool, series, { fromUs, toUs })
    const plans = series.flatMap((one, index) => {
      const extent = extents[index]
      return extent ? [{ series: one, extent, choice: chooseResolution(extent, points, series.length) }] : []
    })
    const results: (SeriesPoints & { thinned: boolean })[] = []
    for (const plan of groups(plans)) results.push(...(await this.readGroup(plan, { fromUs, toUs, points })))
    return {
      found: results,
      resolution: coarsest(plans.map(({ choice }) => choice.resolution)),
      thinned: results.some(({ thinned }) => thinned),
    }
  }

  private async readGroup(plans: readonly Plan[], { fromUs, toUs, points }: ThinnedRange) {
    const choice = plans[0]?.choice
    const series = plans.map((plan) => plan.series)
    if (choice === undefined || !choice.preselect) return this.readAll(series, { fromUs, toUs, points })
    const range = {
      fromUs: Math.min(...plans.map(({ extent }) => extent.fromUs)),
      toUs: Math.max(...plans.map(({ extent }) => extent.toUs)),
    }
    const withOthers = plans.some(({ extent }) => extent.others > 0)
    const request = { series, resolution: choice.resolution, ...range, points, withOthers }
    const found = await preselect(this.pool, request)
    return found.map(({ numbers, others, ...of }) => ({
      series: of.series,
      points: thin(numbers, others, points).points,
      thinned: true,
    }))
  }

  /** Reads every sample of the range and thins them here. */
  private async readAll(series: readonly Series[], { fromUs, toUs, points }: ThinnedRange) {
    const rows = new Map<Series, SampleRow[]>(series.map((one) => [one, []]))
    let textBytes = 0
    for await (const chunk of readSamples(this.pool, series, { fromUs, toUs, after: null }, chunkRows)) {
      for (const row of chunk) {
        rows.get(row.series)?.push(row)
        textBytes += row.jsonBytes
      }
      if (textBytes > longestTextBytes) throw tooMuchText()
    }
    return [...rows].map(([one, found]) => ({ series: one, ...thinSamples(found, points) }))
  }
}

interface Plan {
  series: Series
  extent: Extent
  choice: Choice
}

interface ThinnedRange extends TimeRange {
  /** How many points each series may have at most. */
  points: number
}

/** Groups the series that one query can read together. */
function groups(plans: readonly Plan[]): Plan[][] {
  const byChoice = new Map<string, Plan[]>()
  for (const plan of plans) {
    const name = `${plan.choice.resolution} ${plan.choice.preselect}`
    byChoice.set(name, [...(byChoice.get(name) ?? []), plan])
  }
  return [...byChoice.values()]
}

function thinSamples(rows: readonly SampleRow[], count: number) {
  const numbers: Point<number>[] = []
  const others: Point<TelemetryValue>[] = []
  const exact = new Map<number, string>()
  for (const row of rows) {
    if (row.number === null) others.push({ tsUs: row.tsUs, value: toValue(row) })
    else numbers.push({ tsUs: row.tsUs, value: row.number })
    if (row.exact !== null) exact.set(row.tsUs, row.exact)
  }
  const { points, changesLost } = thin(numbers, others, count)
  const told = points.map(({ tsUs, value }) => ({ tsUs, value: exact.get(tsUs) ?? value }))
  return { points: told, thinned: changesLost || points.length < rows.length }
}

/** Where a series has both, values that are not numbers get at most half of the points. */
function thin(numbers: readonly Point<number>[], others: readonly Point<TelemetryValue>[], count: number) {
  if (others.length === 0) return { points: thinNumbers(numbers, count), changesLost: false }
  if (numbers.length === 0) return thinStates(others, count)
  const states = thinStates(others, Math.max(2, Math.floor(count / 2)))
  const kept = thinNumbers(numbers, Math.max(2, count - states.points.length))
  return { points: merge(kept, states.points), changesLost: states.changesLost }
}

/** Merges both by time. Each point gets a time of its own, because the times of a roll-up are estimates. */
function merge(numbers: readonly Point<number>[], others: readonly Point<TelemetryValue>[]) {
  const points: Point<TelemetryValue>[] = [...numbers, ...others].sort((a, b) => a.tsUs - b.tsUs)
  let before = -1
  return points.map(({ tsUs, value }) => {
    before = Math.max(tsUs, before + 1)
    return { tsUs: before, value }
  })
}

function tooMuchText(): TooLargeError {
  const detail = `The values of this range are over ${longestTextBytes / 1_048_576} MiB of text. Ask for a shorter range or fewer keys.`
  return new TooLargeError(detail, 'too_large')
}
