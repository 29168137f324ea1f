import { z } from 'zod'
import { csvDecimals, csvDelimiters } from '../common/csv.js'
import { DeviceId, OrganizationSlug } from '../common/ids.js'
import { isTimeZone } from '../common/time.js'
import { Notice } from '../payloads/platform.js'
import { TelemetryKey, TelemetryValue } from '../payloads/telemetry.js'
import { Cursor, page, queryInteger, TimeExpression } from './common.js'

/**
 * One stored value. `ts` is epoch milliseconds; where the platform assigned the time, it has microseconds as fraction.
 * An integer that a double cannot hold exactly is text of digits.
 */
export const Sample = z
  .object({ key: TelemetryKey, ts: z.number(), value: TelemetryValue })
  .meta({ id: 'Sample' })
export type Sample = z.infer<typeof Sample>

/** One stored value in the history of several devices. */
export const DeviceSample = z
  .object({ device: DeviceId, key: TelemetryKey, ts: z.number(), value: TelemetryValue })
  .meta({ id: 'DeviceSample' })
export type DeviceSample = z.infer<typeof DeviceSample>

export const LatestTelemetry = z.object({ items: z.array(Sample) }).meta({ id: 'LatestTelemetry' })
export type LatestTelemetry = z.infer<typeof LatestTelemetry>

export const LatestOfDevices = z.object({ items: z.array(DeviceSample) }).meta({ id: 'LatestOfDevices' })
export type LatestOfDevices = z.infer<typeof LatestOfDevices>

/** How many devices one request for history may name. */
export const maximumDevicesPerReading = 100
/** How many devices one request for latest values may name: as many as the longest page of the device list. */
export const maximumDevicesPerLatest = 500
/** How many keys one request may name by `key`. */
export const maximumKeysPerReading = 2_000
/** How many points a chart may ask for. Four hold the first, the last, the least and the greatest. */
export const minimumPoints = 4
export const maximumPoints = 10_000

/** The stored data: every sample, or roll-ups by minute or by hour. */
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

/** Milliseconds of a `Duration` (`250ms`, `5m`, `1d`), or null when it is not valid. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = /^(\d{1,9})(ms|[smhdw])$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * durationUnitsMs[unit as keyof typeof durationUnitsMs]
}

/** The function that makes one value of all numbers in an interval; `p` and a number is a percentile. */
export const Aggregate = z
  .string()
  .regex(
    /^(?:avg|min|max|sum|count|first|last|p(?:\d{1,2}(?:\.\d{1,3})?|100))$/,
    'expected avg, min, max, sum, count, first, last or a percentile: p50, p95, p99.9',
  )
  .meta({ description: 'avg, min, max, sum, count, first, last, or a percentile: p50, p95, p99.9' })

/** A time zone whose days intervals follow. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is no time zone of the IANA database; expected a name such as Europe/Berlin or UTC`,
  })
  .meta({ description: 'The name of a time zone in the IANA database: Europe/Berlin' })

const list = (maximumLength: number) =>
  z
    .string()
    .max(maximumLength)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')

/** Keys by two parameters, which may be given together. */
const keys = {
  keys: list(8_192).optional().meta({ description: 'Keys, separated by commas; all when absent' }),
  key: z
    .preprocess(
      (value) => (typeof value === 'string' ? [value] : value),
      z.array(TelemetryKey).max(maximumKeysPerReading),
    )
    .optional()
    .meta({
      description:
        'A key as it is, also one with a comma or with a space at an end; repeated for several: key=a&key=b',
    }),
}
const devices = (maximum: number) =>
  list(16_384).meta({ description: `Device ids, separated by commas, at most ${maximum}` })

const reading = {
  ...keys,
  from: TimeExpression.optional().meta({ description: 'Begin, inclusive; no bound when absent' }),
  to: TimeExpression.optional().meta({ description: 'End, exclusive; no bound when absent' }),
  limit: queryInteger(1, 10_000).optional().meta({
    description: 'Samples of a page, 1000 by default; of CSV and NDJSON, which have no pages, all by default',
  }),
  cursor: Cursor.optional(),
  points: queryInteger(minimumPoints, maximumPoints)
    .optional()
    .meta({
      description:
        'The greatest number of points for each key, chosen from samples or roll-ups so that no spike disappears. ' +
        'With aggregate: the greatest number of intervals',
    }),
  aggregate: Aggregate.optional(),
  interval: Duration.optional().meta({
    description:
      'Length of an interval of aggregate, as in 5m. Intervals are counted from 1970 in UTC, weeks from Monday',
  }),
  timeZone: TimeZone.optional().meta({
    description:
      'The time zone whose days the intervals of aggregate follow, if they are whole days (1d, 2w): Europe/Berlin. ' +
      'A day on which clocks are changed is one interval of 23 or 25 hours. UTC by default',
  }),
  fill: z.enum(fills).optional().meta({
    description: 'The value of an interval of aggregate that has no sample; none by default',
  }),
  format: z.enum(telemetryFormats).optional().meta({
    description:
      'json by default, or the format that Accept prefers. CSV and NDJSON are streamed, for a range of any length',
  }),
  delimiter: z.enum(csvDelimiters).optional().meta({
    description: 'What separates the cells of CSV: comma, as RFC 4180 has it, by default, or semicolon',
  }),
  decimal: z.enum(csvDecimals).optional().meta({
    description: 'The decimal sign of the numbers of CSV: point by default, or comma',
  }),
  bom: z.enum(['true', 'false']).optional().meta({
    description: 'Whether CSV begins with a byte order mark, by which Excel knows UTF-8; false by default',
  }),
  organization: OrganizationSlug.optional().meta({
    description:
      'The organization, for links, which carry no headers. The header Heliograph-Org takes precedence',
  }),
}

export const ReadTelemetry = z.strictObject(reading)
export type ReadTelemetry = z.infer<typeof ReadTelemetry>

export const ReadTelemetryOfDevices = z.strictObject({
  devices: devices(maximumDevicesPerReading),
  ...reading,
})
export type ReadTelemetryOfDevices = z.infer<typeof ReadTelemetryOfDevices>

export const ReadLatest = z.strictObject(keys)
export type ReadLatest = z.infer<typeof ReadLatest>

export const ReadLatestOfDevices = z.strictObject({ devices: devices(maximumDevicesPerLatest), ...keys })
export type ReadLatestOfDevices = z.infer<typeof ReadLatestOfDevices>

/** Facts about the data behind points and aggregates. */
const origin = {
  resolution: z
    .enum(resolutions)
    .optional()
    .meta({ description: 'With points or aggregate: the coarsest data that was read' }),
  thinned: z.boolean().optional().meta({ description: 'With points: whether samples were left out' }),
  intervalMs: z.number().optional().meta({
    description:
      'With aggregate: the length of an interval; where clocks are changed, a day is shorter or longer',
  }),
}

export const TelemetryPage = page(Sample).extend(origin).meta({ id: 'TelemetryPage' })
export type TelemetryPage = z.infer<typeof TelemetryPage>

export const TelemetryOfDevicesPage = page(DeviceSample).extend(origin).meta({ id: 'TelemetryOfDevicesPage' })
export type TelemetryOfDevicesPage = z.infer<typeof TelemetryOfDevicesPage>

export const IngestResult = z
  .object({
    samples: z.int(),
    notice: Notice.pick({ code: true, detail: true })
      .optional()
      .meta({ description: 'What the device should correct although its samples are stored' }),
  })
  .meta({ id: 'IngestResult' })
export type IngestResult = z.infer<typeof IngestResult>
