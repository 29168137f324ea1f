import { TelemetryPage } from '@heliograph/protocol'
import { z } from 'zod'

/**
 * A page of stored samples. Thousands of plain values are looked over at once: the schema, which says what is wrong with
 * anything else, would hold the page up for longer than a frame.
 */
export const HistoryPage = z.union([z.custom<TelemetryPage>(isPlainPage), TelemetryPage])

function isPlainPage(json: unknown): boolean {
  if (!isObject(json) || !Array.isArray(json.items)) return false
  for (const name in json) if (name !== 'items' && name !== 'nextCursor') return false
  return (typeof json.nextCursor === 'string' || json.nextCursor === null) && json.items.every(isPlainSample)
}

function isPlainSample(item: unknown): boolean {
  if (!isObject(item)) return false
  const { key, ts, value } = item
  if (typeof key !== 'string' || key === '' || typeof ts !== 'number') return false
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
