import { z } from 'zod'
import { InvalidError } from '../errors/domain-errors.js'

/** Encodes a place in a list as an opaque string. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** Decodes a cursor of `encodeCursor`. Throws an InvalidError for a cursor of another list. */
export function decodeCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.output<Schema> {
  const result = schema.safeParse(parse(cursor))
  if (result.success) return result.data
  throw new InvalidError('cursor: is not a cursor of this list', 'invalid_cursor', [
    { path: 'cursor', message: 'is not a cursor of this list' },
  ])
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
