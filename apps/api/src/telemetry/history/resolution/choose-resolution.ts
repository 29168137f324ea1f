import type { Resolution } from '@heliograph/protocol'
import type { Extent } from './extents.js'
import { hourUs, minuteUs } from './table-ranges.js'

/** How many raw samples one request may have the database read, to choose few of them. */
export const mostRawScanned = 2_000_000
/** How many raw samples one request may fetch, to choose few of them here. */
const mostRawFetched = 200_000

export interface Choice {
  resolution: Resolution
  /** Whether the database preselects a few samples of each small part of the range. */
  preselect: boolean
}

/**
 * Chooses the data for a chart of `points` points: all samples if there are few; else the coarsest roll-up that still has a
 * bucket, and so a minimum and a maximum, for every second point.
 */
export function chooseResolution(extent: Extent, points: number, seriesCount: number): Choice {
  const count = extent.numbers + extent.others
  const fewEnough = Math.min(Math.max(5_000, 20 * points), mostRawFetched / seriesCount)
  if (count <= fewEnough) return { resolution: 'raw', preselect: false }
  const spanUs = extent.toUs - extent.fromUs
  const buckets = points / 2
  if (spanUs / hourUs >= buckets) return { resolution: 'hour', preselect: true }
  if (spanUs / minuteUs >= buckets) return { resolution: 'minute', preselect: true }
  return { resolution: count <= mostRawScanned / seriesCount ? 'raw' : 'minute', preselect: true }
}

const order = ['raw', 'minute', 'hour'] as const satisfies readonly Resolution[]

export function coarsest(resolutions: readonly Resolution[]): Resolution {
  return order[Math.max(0, ...resolutions.map((resolution) => order.indexOf(resolution)))] ?? 'raw'
}
