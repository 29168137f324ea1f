import { z } from 'zod'
import { Cursor, page, queryInteger, Timestamp } from './common.js'

const Count = z.int().min(0)

/** Equal refusals are one item with a count. */
export const Refusal = z
  .object({
    code: z.string(),
    device: z.string().nullable(),
    topic: z.string().nullable(),
    detail: z.string().nullable(),
    remoteAddress: z
      .string()
      .nullable()
      .meta({ description: 'The address of the client, the last time; null when it is not known' }),
    count: Count.meta({ description: 'How often, in the last hour' }),
    since: Timestamp.meta({ description: 'When it happened first, at most an hour ago' }),
    ts: Timestamp.meta({ description: 'When it happened last' }),
  })
  .meta({ id: 'Refusal' })
export type Refusal = z.infer<typeof Refusal>

/** What a list of refusals leaves out, so that its counts add up to those of `fleet.refusals`. */
export const FurtherRefusals = z
  .object({
    devices: Count.meta({ description: 'The devices that they are of, as far as these are still known' }),
    counts: z.array(z.object({ code: z.string(), count: Count })),
  })
  .meta({ id: 'FurtherRefusals' })
export type FurtherRefusals = z.infer<typeof FurtherRefusals>

export const ListRefusals = z.strictObject({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 500).optional().meta({ description: '50 by default; newest first' }),
})
export type ListRefusals = z.infer<typeof ListRefusals>

export const RefusalPage = page(Refusal).meta({ id: 'RefusalPage' })
export type RefusalPage = z.infer<typeof RefusalPage>
