import type { z } from 'zod'
import { request } from '@/lib/api'
import { ApiError } from '@/lib/api-error'

/** A call that takes the person's password. Its refusal goes to the field of the password. */
export async function requestWithPassword<Schema extends z.ZodType>(
  path: string,
  body: { password: string },
  schema: Schema,
): Promise<z.output<Schema>> {
  return request(path, { method: 'POST', body, schema }).catch(toPasswordField)
}

/** Puts the refusal of a password at its field. */
export function toPasswordField(error: unknown): never {
  if (!(error instanceof ApiError) || error.code !== 'invalid_password') throw error
  const field = { path: 'password', message: 'is not your password' }
  throw new ApiError(error.status, error.code, error.detail, [field], null)
}
