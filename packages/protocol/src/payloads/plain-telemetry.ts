import { maximumKeysPerSample, maximumSamplesPerMessage, type TimedValues } from './telemetry.js'

/** Keys that were found to be good, so that the same few names are not looked through at every message. */
const goodKeys = new Set<string>()
const rememberedKeys = 10_000

const latestTs = 253_402_300_799_999

/**
 * What `timedValues(Telemetry.parse(json))` gives, many times quicker, for payloads of numbers, booleans and text.
 * Null: something is unusual or wrong, and the schema has to say which. Takes what JSON.parse made.
 */
export function plainTelemetry(json: unknown): TimedValues[] | null {
  if (!Array.isArray(json)) {
    const record = plainRecord(json)
    return record === null ? null : [record]
  }
  if (json.length === 0 || json.length > maximumSamplesPerMessage) return null
  const records: TimedValues[] = []
  for (const item of json) {
    const record = plainRecord(item)
    if (record === null) return null
    records.push(record)
  }
  return records
}

function plainRecord(record: unknown): TimedValues | null {
  if (!isObject(record)) return null
  const { values, ts } = record
  if (!isObject(values)) return ts === undefined && isPlain(record) ? { values: record } : null
  if (!isPlain(values)) return null
  for (const key in record) if (key !== 'ts' && key !== 'values') return null
  if (ts === undefined) return 'ts' in record ? null : { values }
  if (typeof ts !== 'number' || !(ts >= 0 && ts <= latestTs)) return null
  return { ts, values }
}

function isPlain(values: Record<string, unknown>): values is TimedValues['values'] {
  let count = 0
  for (const key in values) {
    const value = values[key]
    if (typeof value === 'number' ? !Number.isFinite(value) : !isPlainOther(value)) return false
    if (!goodKeys.has(key) && !isGoodKey(key)) return false
    count += 1
  }
  return count > 0 && count <= maximumKeysPerSample
}

function isPlainOther(value: unknown): boolean {
  return typeof value === 'boolean' || (typeof value === 'string' && value.length <= 65_536)
}

function isGoodKey(key: string): boolean {
  if (key.length > 128 || key === '__proto__' || !/^\P{Cc}+$/u.test(key)) return false
  if (goodKeys.size >= rememberedKeys) goodKeys.clear()
  goodKeys.add(key)
  return true
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
