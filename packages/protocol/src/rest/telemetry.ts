import { z } from 'zod'
import { TelemetryKey, TelemetryValue } from '../payloads/telemetry.js'
import { Cursor, page, queryInteger, TimeExpression } from './common.js'

/** One stored value. `ts` is epoch milliseconds; samples that the platform stamped have microseconds behind the point. */
export const Sample = z
  .object({ key: TelemetryKey, ts: z.number(), value: TelemetryValue })
  .meta({ id: 'Sample' })
export type Sample = z.infer<typeof Sample>

export const LatestTelemetry = z.object({ items: z.array(Sample) }).meta({ id: 'LatestTelemetry' })
export type LatestTelemetry = z.infer<typeof LatestTelemetry>

export const ReadTelemetry = z.strictObject({
  keys: z
    .string()
    .max(8_192)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')
    .optional()
    .meta({ description: 'Separated by commas; all when absent' }),
  from: TimeExpression.optional().meta({ description: 'Inclusive; all when absent' }),
  to: TimeExpression.optional().meta({ description: 'Exclusive; all when absent' }),
  limit: queryInteger(1, 10_000).optional().meta({ description: '1000 by default' }),
  cursor: Cursor.optional(),
})
export type ReadTelemetry = z.infer<typeof ReadTelemetry>

export const TelemetryPage = page(Sample).meta({ id: 'TelemetryPage' })
export type TelemetryPage = z.infer<typeof TelemetryPage>

export const IngestResult = z.object({ samples: z.int() }).meta({ id: 'IngestResult' })
export type IngestResult = z.infer<typeof IngestResult>
