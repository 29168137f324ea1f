import type { LimitValues } from '../../foundation/limits/stated-limits.js'
import type { Columns } from '../samples/columns.js'
import type { Refusal } from '../samples/sample.js'
import type { BatchMessage, Slice } from './batch.js'
import type { DeviceKeys } from './device-keys.js'
import type { FullMinutes } from './full-minutes.js'
import type { keyLimits } from './key-limits.js'
import type { OrganizationKeys } from './organization-keys.js'
import type { Series } from './series.js'

export interface SeriesLimits {
  full: FullMinutes
  samplesPerMinute: number
  keys: LimitValues<typeof keyLimits>
  organizations: OrganizationKeys
}

export interface SliceSeries {
  /** Each with its rows, until they are released by `releaseSeries`. Empty unless `complete`. */
  series: Series[]
  /** False: devices or keys are not known; load or make them, and sort again. */
  complete: boolean
  unknownDevices: Set<number>
  unknownKeys: Map<number, Set<string>>
  /** How many of these each organization gets. */
  newKeys: Map<number, number>
}

/**
 * Sorts the rows of a slice into their series. A message is refused that would give its device too many keys, or adds to a minute
 * that has as many samples as it may; messages that were refused before are left out.
 */
export function sortIntoSeries(
  slice: Slice,
  keys: DeviceKeys,
  limits: SeriesLimits,
  refusals: Map<number, Refusal>,
): SliceSeries {
  const sorted: SliceSeries = {
    series: [],
    complete: true,
    unknownDevices: new Set(),
    unknownKeys: new Map(),
    newKeys: new Map(),
  }
  const { messages, columns } = slice.batch
  for (let index = slice.from; index < slice.to; index++) {
    if (refusals.has(index)) continue
    const message = messages[index] as (typeof messages)[number]
    const { organizationId, deviceKey, from, to } = message
    const known = keys.seriesOf(deviceKey)
    if (known === undefined) {
      sorted.unknownDevices.add(deviceKey)
      sorted.complete = false
      continue
    }
    if (limits.full.hasDevice(deviceKey) && addsToFullMinute(message, columns, known, limits.full)) {
      refusals.set(index, tooManySamples(limits.samplesPerMinute))
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
    const newKeys =
      (sorted.newKeys.get(organizationId) ?? 0) + fresh.size - (sorted.unknownKeys.get(deviceKey)?.size ?? 0)
    if (!keys.fits(deviceKey, fresh.size)) refusals.set(index, tooManyKeys(limits.keys.perDevice))
    else if (!limits.organizations.fits(organizationId, newKeys))
      refusals.set(index, tooManyKeysOfOrganization(limits.keys.perOrganization))
    else {
      sorted.unknownKeys.set(deviceKey, fresh)
      sorted.newKeys.set(organizationId, newKeys)
    }
  }
  if (sorted.complete) return sorted
  releaseSeries(sorted.series)
  return { ...sorted, series: [] }
}

export function releaseSeries(series: readonly Series[]): void {
  for (const { rows } of series) rows.length = 0
}

function addsToFullMinute(
  { deviceKey, from, to }: BatchMessage,
  columns: Columns,
  known: ReadonlyMap<string, Series>,
  full: FullMinutes,
): boolean {
  for (let row = from; row < to; row++) {
    const keyId = known.get(columns.names[row] as string)?.keyId
    if (keyId !== undefined && full.has(deviceKey, keyId, columns.timesUs[row] as number)) return true
  }
  return false
}

function tooManySamples(limit: number): Refusal {
  return {
    code: 'too_many_samples',
    detail: `a key of it has ${limit.toLocaleString('en')} samples within one minute already, which is the most that is stored. Send fewer, or spread their times`,
  }
}

function tooManyKeys(limit: number): Refusal {
  return {
    code: 'payload_invalid',
    detail: `the device would have over ${limit.toLocaleString('en')} different keys`,
  }
}

function tooManyKeysOfOrganization(limit: number): Refusal {
  return {
    code: 'quota',
    detail: `it has keys that are new to its device, and the devices of the organization have ${limit.toLocaleString('en')}, which is the most. Send values of keys that it has, or delete devices`,
  }
}
