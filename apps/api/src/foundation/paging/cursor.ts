import { z } from 'zod'
import { InvalidError } from '../errors/domain-errors.js'

/** A place in a list, as an opaque text. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/** Reads a place that `encodeCursor` wrote; throws an InvalidError for one that it did not write for this list. */
export function decodeCursor<Schema extends z.ZodType>(schema: Schema, cursor: string): z.output<Schema> {
  const result = schema.safeParse(parse(cursor))
  if (result.success) return result.data
  throw new InvalidError('cursor: is not one of this list', 'invalid_cursor', [
    { path: 'cursor', message: 'is not one of this list' },
  ])
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
