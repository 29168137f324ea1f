import { z } from 'zod'
import { DeviceId, OrganizationSlug } from '../common/ids.js'
import { TelemetryKey, TelemetryValue } from '../payloads/telemetry.js'
import { Cursor, page, queryInteger, TimeExpression } from './common.js'

/**
 * One stored value. `ts` is epoch milliseconds; samples that the platform stamped have microseconds behind the point.
 * An integer that a double cannot hold exactly is a text of digits.
 */
export const Sample = z
  .object({ key: TelemetryKey, ts: z.number(), value: TelemetryValue })
  .meta({ id: 'Sample' })
export type Sample = z.infer<typeof Sample>

/** One stored value, where several devices are read at once. */
export const DeviceSample = z
  .object({ device: DeviceId, key: TelemetryKey, ts: z.number(), value: TelemetryValue })
  .meta({ id: 'DeviceSample' })
export type DeviceSample = z.infer<typeof DeviceSample>

export const LatestTelemetry = z.object({ items: z.array(Sample) }).meta({ id: 'LatestTelemetry' })
export type LatestTelemetry = z.infer<typeof LatestTelemetry>

export const LatestOfDevices = z.object({ items: z.array(DeviceSample) }).meta({ id: 'LatestOfDevices' })
export type LatestOfDevices = z.infer<typeof LatestOfDevices>

/** Devices that one reading of history may name. */
export const maximumDevicesPerReading = 100
/** Devices whose latest values may be asked for at once: the longest page of the list of devices. */
export const maximumDevicesPerLatest = 500
/** Points that a chart may ask for. Four hold the first, the last, the least and the greatest. */
export const minimumPoints = 4
export const maximumPoints = 10_000

/** What is stored: every sample, or what a minute or an hour of them amounts to. */
export const resolutions = ['raw', 'minute', 'hour'] as const
export type Resolution = (typeof resolutions)[number]

export const fills = ['none', 'null', 'previous', 'linear', 'zero'] as const
export type Fill = (typeof fills)[number]

export const telemetryFormats = ['json', 'csv', 'ndjson'] as const
export type TelemetryFormat = (typeof telemetryFormats)[number]

/** A length of time in a query string; `parseDuration` reads it. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,8}(?:ms|[smhdw])$/, 'expected a number and a unit of ms, s, m, h, d, w: 5m')
  .meta({ description: 'A number and a unit of ms, s, m, h, d, w: 5m' })

const durationUnitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Milliseconds of a `Duration` (`250ms`, `5m`, `1d`), or null when it is none. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^(\d{1,9})(ms|[smhdw])$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * durationUnitsMs[unit as keyof typeof durationUnitsMs]
}

/** What becomes of all numbers of an interval; `p` and a number is a percentile. */
export const Aggregate = z
  .string()
  .regex(
    /^(?:avg|min|max|sum|count|first|last|p(?:\d{1,2}(?:\.\d{1,3})?|100))$/,
    'expected avg, min, max, sum, count, first, last or a percentile: p50, p95, p99.9',
  )
  .meta({ description: 'avg, min, max, sum, count, first, last, or a percentile: p50, p95, p99.9' })

const list = (maximumLength: number) =>
  z
    .string()
    .max(maximumLength)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')

const keys = list(8_192).optional().meta({ description: 'Separated by commas; all when absent' })
const devices = (maximum: number) =>
  list(16_384).meta({ description: `Ids, separated by commas, ${maximum} at most` })

const reading = {
  keys,
  from: TimeExpression.optional().meta({ description: 'Inclusive; all when absent' }),
  to: TimeExpression.optional().meta({ description: 'Exclusive; all when absent' }),
  limit: queryInteger(1, 10_000).optional().meta({
    description: 'Of a page, 1000 by default; of CSV and NDJSON, which have no pages, all by default',
  }),
  cursor: Cursor.optional(),
  points: queryInteger(minimumPoints, maximumPoints)
    .optional()
    .meta({
      description:
        'At most so many of each key, chosen so that no spike disappears, from samples or from roll-ups, ' +
        'whichever is enough. With aggregate: at most so many intervals',
    }),
  aggregate: Aggregate.optional(),
  interval: Duration.optional().meta({
    description: 'Of aggregate: 5m. Whole intervals since 1970 in UTC, weeks from Monday',
  }),
  fill: z.enum(fills).optional().meta({
    description: 'Of aggregate: what stands for an interval without a value; none by default',
  }),
  format: z.enum(telemetryFormats).optional().meta({
    description:
      'json by default, or what Accept prefers. CSV and NDJSON are streamed, however long the range',
  }),
  organization: OrganizationSlug.optional().meta({
    description: 'As the header Heliograph-Org, for a link, which carries none; the header goes first',
  }),
}

export const ReadTelemetry = z.strictObject(reading)
export type ReadTelemetry = z.infer<typeof ReadTelemetry>

export const ReadTelemetryOfDevices = z.strictObject({
  devices: devices(maximumDevicesPerReading),
  ...reading,
})
export type ReadTelemetryOfDevices = z.infer<typeof ReadTelemetryOfDevices>

export const ReadLatest = z.strictObject({ keys })
export type ReadLatest = z.infer<typeof ReadLatest>

export const ReadLatestOfDevices = z.strictObject({ devices: devices(maximumDevicesPerLatest), keys })
export type ReadLatestOfDevices = z.infer<typeof ReadLatestOfDevices>

/** Beside points and aggregates: what they were made of. */
const origin = {
  resolution: z
    .enum(resolutions)
    .optional()
    .meta({ description: 'With points or aggregate: the coarsest data that was read' }),
  thinned: z.boolean().optional().meta({ description: 'With points: whether samples were left out' }),
  intervalMs: z.number().optional().meta({ description: 'With aggregate: the length of an interval' }),
}

export const TelemetryPage = page(Sample).extend(origin).meta({ id: 'TelemetryPage' })
export type TelemetryPage = z.infer<typeof TelemetryPage>

export const TelemetryOfDevicesPage = page(DeviceSample).extend(origin).meta({ id: 'TelemetryOfDevicesPage' })
export type TelemetryOfDevicesPage = z.infer<typeof TelemetryOfDevicesPage>

export const IngestResult = z.object({ samples: z.int() }).meta({ id: 'IngestResult' })
export type IngestResult = z.infer<typeof IngestResult>
