import { type Telemetry, type TelemetryValues, timedValues } from './telemetry.js'

/** User properties of MQTT 5: each name once, with its only value or with all of them in order. */
export type UserProperties = Readonly<Record<string, string | readonly string[]>>

/**
 * The user properties that the platform adds to telemetry, behind those of the device. Of several with one name the last
 * counts. An empty one says nothing: it stands behind a property of this name that the device has set.
 */
export const storedProperties = {
  /** The time that the first sample without `ts` is stored with: epoch milliseconds, and microseconds behind the point. */
  time: 'time',
  /** `false`: the message is not stored. */
  stored: 'stored',
} as const

/** A time in microseconds since 1970, as the property `time` has it: `1732990000000.123`. */
export function formatStoredTime(us: number): string {
  return `${Math.floor(us / 1_000)}.${String(us % 1_000).padStart(3, '0')}`
}

/**
 * The time at which the platform stores the first sample without `ts`, in epoch milliseconds; null where every sample has its
 * own, or the message is not stored.
 */
export function storedTimeOf(properties: UserProperties): number | null {
  const text = lastOf(properties, storedProperties.time)
  return /^\d{1,15}\.\d{3}$/.test(text) ? Number(text) : null
}

/** Whether a message of telemetry is stored. One of QoS 0 is not when too much waits for the database. */
export function isStored(properties: UserProperties): boolean {
  return lastOf(properties, storedProperties.stored) !== 'false'
}

/** Values that were measured together, with the time at which they are stored (epoch milliseconds). */
export interface StoredValues {
  ts: number
  values: TelemetryValues
}

/**
 * The values of a message with their stored times, exactly as they are read from history. `firstMs` is the time of the first
 * sample without `ts`; each that follows is a microsecond later. Without it such samples are left out.
 */
export function storedValues(telemetry: Telemetry, firstMs: number | null): StoredValues[] {
  let nextUs = firstMs === null ? Number.NaN : Math.round(firstMs * 1_000)
  const stored: StoredValues[] = []
  for (const { ts, values } of timedValues(telemetry)) {
    if (ts !== undefined) stored.push({ ts, values })
    else if (!Number.isNaN(nextUs)) stored.push({ ts: nextUs++ / 1_000, values })
  }
  return stored
}

function lastOf(properties: UserProperties, name: string): string {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined
  return (typeof value === 'string' ? value : value?.at(-1)) ?? ''
}
