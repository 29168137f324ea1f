import { z } from 'zod'
import { isOfSetClock, readTimestamp, timestampProblem } from '../common/timestamp.js'
import { choiceOf, recordOf } from './schemas.js'

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
export const JsonValue: z.ZodType<JsonValue, JsonValue> = z
  .lazy(() => jsonOf(z.string()))
  .register(z.globalRegistry, { id: 'JsonValue', description: 'Any JSON' })
export type JsonValue = z.core.util.JSONType

/** A measured value: number, boolean, string, or any JSON. Text is at most 65,536 characters long. */
export const TelemetryValue = jsonOf(z.string().max(65_536, 'must be text of at most 65,536 characters'))
export type TelemetryValue = z.infer<typeof TelemetryValue>

function jsonOf(text: z.ZodString) {
  const [number, boolean, nothing] = [z.number(), z.boolean(), z.null()]
  const [array, object] = [z.array(JsonValue), recordOf(z.string(), JsonValue)]
  return choiceOf([number, boolean, text, nothing, array, object], (value) => {
    if (typeof value === 'number') return number
    if (typeof value === 'boolean') return boolean
    if (typeof value === 'string') return text
    if (value === null) return nothing
    if (Array.isArray(value)) return array
    return typeof value === 'object' ? object : undefined
  })
}

/** Milliseconds since 1970 (fractions are kept down to microseconds), up to the year 9999. */
export const TimestampMs = z
  .number()
  .min(0)
  .max(253_402_300_799_999, 'must be in milliseconds, and not after the year 9999')

const numberOfTime = z.number({ error: ({ input }) => timestampProblem(input) })
const textOfTime = z.string()

/** A time as devices give it, read as epoch milliseconds; `readTimestamp` says how. */
export const DeviceTime = choiceOf([numberOfTime, textOfTime], (value) =>
  typeof value === 'string' ? textOfTime : numberOfTime,
)
  .transform((value, { issues }) => {
    const ms = readTimestamp(value)
    if (Number.isNaN(ms)) issues.push({ code: 'custom', message: timestampProblem(value), input: value })
    return ms
  })
  .meta({
    description:
      'A time: epoch seconds below 10^11, milliseconds below 10^14, microseconds below 10^17, else nanoseconds; or as text digits of these, or RFC 3339',
  })
export type DeviceTime = z.infer<typeof DeviceTime>

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values by key, without a time: `{"temperature": 21.5}`. */
export const TelemetryValues = recordOf(TelemetryKey, TelemetryValue).check(({ value, issues }) => {
  const count = Object.keys(value).length
  if (count === 0) issues.push({ code: 'custom', message: 'must hold at least one value', input: value })
  if (count > maximumKeysPerSample)
    issues.push({ code: 'custom', message: `must hold at most ${maximumKeysPerSample} keys`, input: value })
})
export type TelemetryValues = z.infer<typeof TelemetryValues>

/** Values with the time of their measurement: `{"ts": 1767225600000, "values": {"temperature": 21.5}}`. */
export const TimedValues = z.strictObject({ ts: DeviceTime.optional(), values: TelemetryValues })
export type TimedValues = z.infer<typeof TimedValues>

/** Fails, and says where values belong. */
const ValuesBesideTime = z.never({
  error: ({ input }) => {
    const key = Object.keys(Object(input)).find((key) => key !== 'ts')
    return `must have its values in "values", as in {"ts": …, "values": {${JSON.stringify(key)}: …}}`
  },
})

const TelemetryRecord = choiceOf([TimedValues, TelemetryValues], (value) => {
  if (!isTimed(value)) return TelemetryValues
  return 'values' in value || Object.keys(value).length === 1 ? TimedValues : ValuesBesideTime
})
const TelemetryRecords = z.array(TelemetryRecord).max(maximumSamplesPerMessage)

/** The telemetry payload: values, values with a time, or an array of up to 1,000 of either. An empty array is a heartbeat. */
export const Telemetry = choiceOf([TelemetryRecord, TelemetryRecords], (value) => {
  if (Array.isArray(value)) return TelemetryRecords
  return isObject(value) ? TelemetryRecord : undefined
})
export type Telemetry = z.infer<typeof Telemetry>

/** Values that were measured together. */
export interface MeasuredValues {
  /** Epoch milliseconds; without it, the sample has the time of its arrival. */
  ts?: number | undefined
  /** The time of a clock that was not set, which is not that of the sample. Epoch milliseconds. */
  unsetClockTs?: number
  values: TelemetryValues
}

/** Turns each of the accepted shapes into a list of values, each with the time of its measurement or without. */
export function timedValues(telemetry: Telemetry): MeasuredValues[] {
  const records = Array.isArray(telemetry) ? telemetry : [telemetry]
  return records.map(measuredValues)
}

function measuredValues(record: TimedValues | TelemetryValues): MeasuredValues {
  if (!isTimed(record)) return { values: record }
  const { ts, values } = record
  return ts === undefined || isOfSetClock(ts) ? record : { unsetClockTs: ts, values }
}

/** Values without a time may have a key `values`, but not with values of its own, and no key `ts`. */
function isTimed(record: unknown): record is TimedValues {
  return isObject(record) && ('ts' in record || ('values' in record && isObject(record.values)))
}
