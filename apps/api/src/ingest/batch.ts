import type { Sample } from './sample.js'

/** A row of the sample table. `newest`: the newest of its device and key within the batch. */
export interface Row {
  deviceKey: number
  keyId: number
  tsUs: number
  number: number | null
  json: string | null
  newest: boolean
}

/** The samples of one message, with the device they belong to. */
export interface SampleSource {
  deviceKey: number
  samples: readonly Sample[]
}

/**
 * The rows of a batch, in the order of the primary key, which the index likes best. PostgreSQL refuses to touch a
 * row twice in one statement, so of samples with the same device, key and time only the last stays.
 */
export function batchRows(sources: readonly SampleSource[], keyIds: ReadonlyMap<string, number>): Row[] {
  const rows = new Map<string, Row>()
  for (const { deviceKey, samples } of sources) {
    for (const { key, tsUs, number, json } of samples) {
      const keyId = keyIds.get(key)
      if (keyId === undefined) throw new Error(`no id for the telemetry key ${JSON.stringify(key)}`)
      rows.set(`${deviceKey}/${keyId}/${tsUs}`, { deviceKey, keyId, tsUs, number, json, newest: false })
    }
  }
  const sorted = [...rows.values()].sort(byPrimaryKey)
  for (const [index, row] of sorted.entries()) {
    const next = sorted[index + 1]
    row.newest = next === undefined || next.deviceKey !== row.deviceKey || next.keyId !== row.keyId
  }
  return sorted
}

function byPrimaryKey(a: Row, b: Row): number {
  return a.deviceKey - b.deviceKey || a.keyId - b.keyId || a.tsUs - b.tsUs
}
