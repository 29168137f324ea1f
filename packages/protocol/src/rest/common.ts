import { z } from 'zod'
import { parseTime } from '../common/time.js'

/** An instant on the wire: RFC 3339 in UTC. */
export const Timestamp = z.iso.datetime({ offset: true }).meta({ description: 'RFC 3339' })

/** The limit holds the longest name or key in base64, with three bytes for each character. */
export const Cursor = z
  .string()
  .max(1_024)
  .meta({ description: 'Where the next page begins, as `nextCursor` of the page before' })

/** A page of a list. `nextCursor` is null on the last one. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** A whole number in a query string. */
export function queryInteger(minimum: number, maximum: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(minimum).max(maximum))
}

/** A point in time in a query string; `parseTime` reads it. */
export const TimeExpression = z
  .string()
  .max(64)
  .meta({ description: 'Epoch milliseconds, RFC 3339, or relative to now: -24h' })

/** A point in time in a body; `parseTime` reads it after `String`. */
export const TimeInput = z
  .union([z.int().min(0), z.string().max(64)])
  .refine(
    (time) => parseTime(String(time), 0) !== null,
    'expected epoch milliseconds, RFC 3339, or relative to now: +30d',
  )
  .meta({ description: 'Epoch milliseconds, RFC 3339, or relative to now: +30d' })
export type TimeInput = z.infer<typeof TimeInput>

export const Name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120, 'must be at most 120 characters long')
  .regex(/^\P{Cc}*$/u, 'must not hold control characters')
  .regex(/^\P{Cs}*$/u, 'must not hold half a surrogate pair')
  // With them a name is shown as another than it is, and the text around it in another order.
  .regex(/^\P{Bidi_Control}*$/u, 'must not hold controls of the writing direction')

export const Email = z.email('is not an e-mail address').max(254)

/** The body of every failed request: RFC 9457 with a stable `code`. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    'violated-policies': z.array(z.string()).optional().meta({
      description: 'With status 429: the names of the limits that were exceeded, as in `RateLimit-Policy`',
    }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
export type Problem = z.infer<typeof Problem>
