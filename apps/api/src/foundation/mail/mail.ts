import { z } from 'zod'

/** A mail of plain text. */
export const Mail = z.object({ to: z.string(), subject: z.string(), text: z.string() })
export type Mail = z.infer<typeof Mail>

/** A time as mails name it, since nobody knows the time zone of the reader: `2026-12-01 08:30 UTC`. */
export function momentInMail(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
