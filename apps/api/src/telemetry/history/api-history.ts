import { applyDecorators } from '@nestjs/common'
import type { z } from 'zod'
import { ApiAlsoAs, ApiResult } from '../../http/requests/api-result.js'

export const historyDescription =
  'Ascending by time, then device and key. Without points and aggregate: samples as they are stored, a page at a time. ' +
  'With points: at most so many of each key, among them the least and the greatest of each part of the range; ' +
  '`resolution` says what they were chosen from. With aggregate: one value for each key and interval, at its start.'

/** Documents the answers of reading history: JSON by the schema, or a stream of lines. */
export function ApiHistory(schema: z.ZodType, description: string) {
  return applyDecorators(
    ApiResult(200, schema, description),
    ApiAlsoAs(200, { 'text/csv': { schema: csvText }, 'application/x-ndjson': { schema: lines } }),
  )
}

const csvText = {
  type: 'string',
  description:
    'RFC 4180 with a header: time (RFC 3339), ts (epoch milliseconds), device if several, key, value. ' +
    '`delimiter`, `decimal` and `bom` make it a table that Excel opens in any language. ' +
    'Keys and text that a spreadsheet would take for a formula have an apostrophe in front; NDJSON is exact',
} as const

const lines = { type: 'string', description: 'One JSON object a line: the items of the JSON form' } as const
