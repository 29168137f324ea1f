import { z } from 'zod'

export const maximumSamplesPerMessage = 1_000
export const maximumKeysPerSample = 256

/** The name of a measured value, as in `temperature`. */
export const TelemetryKey = z
  .string()
  .min(1, 'must not be empty as a key')
  .max(128, 'must be at most 128 characters long as a key')
  .regex(/^\P{Cc}+$/u, 'must not hold control characters as a key')
export type TelemetryKey = z.infer<typeof TelemetryKey>

/** Any JSON. It is registered itself, because `meta` would name a copy and leave the recursive reference without a name. */
export const JsonValue = z.json().register(z.globalRegistry, { id: 'JsonValue', description: 'Any JSON' })
export type JsonValue = z.infer<typeof JsonValue>

/** A measured value: number, boolean, string, or any JSON. Text is at most 65,536 characters long. */
export const TelemetryValue = z.union([
  z.number(),
  z.boolean(),
  z.string().max(65_536, 'must be text of at most 65,536 characters'),
  z.null(),
  z.array(JsonValue),
  z.record(z.string(), JsonValue),
])
export type TelemetryValue = z.infer<typeof TelemetryValue>

/** Milliseconds since 1970 (fractions are kept down to microseconds), up to the year 9999. */
export const TimestampMs = z
  .number()
  .min(0)
  .max(253_402_300_799_999, 'must be in milliseconds, and not after the year 9999')

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values by key, without a time: `{"temperature": 21.5}`. */
export const TelemetryValues = z
  .record(TelemetryKey, TelemetryValue)
  .refine((values) => Object.keys(values).length > 0, 'must hold at least one value')
  .refine(
    (values) => Object.keys(values).length <= maximumKeysPerSample,
    `must hold at most ${maximumKeysPerSample} keys`,
  )
export type TelemetryValues = z.infer<typeof TelemetryValues>

/** Values with the time of their measurement: `{"ts": 1767225600000, "values": {"temperature": 21.5}}`. */
export const TimedValues = z.strictObject({ ts: TimestampMs.optional(), values: TelemetryValues })
export type TimedValues = z.infer<typeof TimedValues>

const BareValues = TelemetryValues.refine((values) => !('ts' in values) && !isObject(values.values), {
  error: 'with "ts" or "values" must be {"ts": milliseconds, "values": {…}} and nothing else',
  // Without it the union would report this branch alone, and never what is wrong with the time.
  abort: true,
})

const TelemetryRecord = z.union([TimedValues, BareValues])

/** The telemetry payload: values, values with a time, or an array of up to 1,000 of either. */
export const Telemetry = z.union([
  TelemetryRecord,
  z.array(TelemetryRecord).min(1).max(maximumSamplesPerMessage),
])
export type Telemetry = z.infer<typeof Telemetry>

/** Turns each of the accepted shapes into a list of values, each with its own `ts` or none. */
export function timedValues(telemetry: Telemetry): TimedValues[] {
  const records = Array.isArray(telemetry) ? telemetry : [telemetry]
  return records.map((record) => (isTimed(record) ? record : { values: record }))
}

function isTimed(record: TimedValues | TelemetryValues): record is TimedValues {
  return isObject(record.values)
}
