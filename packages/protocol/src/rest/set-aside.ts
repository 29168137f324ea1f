import { z } from 'zod'
import { Cursor, page, queryInteger, Timestamp } from './common.js'

/** Telemetry that could not be stored. */
export const SetAsideMessage = z
  .object({
    id: z.string(),
    device: z.string(),
    receivedAt: Timestamp,
    reason: z.string().meta({ description: 'Why it could not be stored' }),
    payload: z.string().meta({ description: 'As the device sent it; only the beginning when `truncated`' }),
    payloadBytes: z.int().min(0).meta({ description: 'How long it was' }),
    truncated: z.boolean(),
  })
  .meta({ id: 'SetAsideMessage' })
export type SetAsideMessage = z.infer<typeof SetAsideMessage>

export const ListSetAside = z.strictObject({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 100).optional().meta({ description: '20 by default; newest first' }),
})
export type ListSetAside = z.infer<typeof ListSetAside>

export const SetAsidePage = page(SetAsideMessage).meta({ id: 'SetAsidePage' })
export type SetAsidePage = z.infer<typeof SetAsidePage>
