import type { z } from 'zod'
import { request } from '@/lib/api'
import { refusedField } from '@/lib/refused-field'

/** A call that takes the person's password. Its refusal goes to the field of the password. */
export async function requestWithPassword<Schema extends z.ZodType>(
  path: string,
  body: { password: string },
  schema: Schema,
): Promise<z.output<Schema>> {
  return request(path, { method: 'POST', body, schema }).catch(toPasswordField)
}

/** Puts the refusal of a password at its field. */
export const toPasswordField = refusedField('invalid_password', 'password', 'is not your password')
