import type { Refusal } from '../samples/sample.js'
import type { Slice } from './batch.js'
import { type DeviceKeys, maximumKeysPerDevice } from './device-keys.js'
import type { Series } from './series.js'

export interface SliceSeries {
  /** Each with its rows, until they are released by `releaseSeries`. Empty unless `complete`. */
  series: Series[]
  /** False: devices or keys are not known; load or make them, and sort again. */
  complete: boolean
  unknownDevices: Set<number>
  unknownKeys: Map<number, Set<string>>
}

/**
 * Sorts the rows of a slice into their series. A message that would give its device too many keys is refused; messages that
 * were refused before are left out.
 */
export function sortIntoSeries(slice: Slice, keys: DeviceKeys, refusals: Map<number, Refusal>): SliceSeries {
  const sorted: SliceSeries = {
    series: [],
    complete: true,
    unknownDevices: new Set(),
    unknownKeys: new Map(),
  }
  const { messages, columns } = slice.batch
  for (let index = slice.from; index < slice.to; index++) {
    if (refusals.has(index)) continue
    const { deviceKey, from, to } = messages[index] as (typeof messages)[number]
    const known = keys.seriesOf(deviceKey)
    if (known === undefined) {
      sorted.unknownDevices.add(deviceKey)
      sorted.complete = false
      continue
    }
    let fresh: Set<string> | null = null
    for (let row = from; row < to; row++) {
      const name = columns.names[row] as string
      const series = known.get(name)
      if (series === undefined) {
        fresh ??= new Set(sorted.unknownKeys.get(deviceKey))
        fresh.add(name)
        continue
      }
      if (series.rows.length === 0) sorted.series.push(series)
      series.rows.push(row)
    }
    if (fresh === null) continue
    // Also after a refusal: the rows of the message with known keys were sorted already, and must not be stored.
    sorted.complete = false
    if (keys.fits(deviceKey, fresh.size)) sorted.unknownKeys.set(deviceKey, fresh)
    else refusals.set(index, tooManyKeys)
  }
  if (sorted.complete) return sorted
  releaseSeries(sorted.series)
  return { ...sorted, series: [] }
}

export function releaseSeries(series: readonly Series[]): void {
  for (const { rows } of series) rows.length = 0
}

const tooManyKeys: Refusal = {
  code: 'payload_invalid',
  detail: `the device would have over ${maximumKeysPerDevice} different keys`,
}
