const fields = new Set(['level', 'message', 'code', 'data', 'ts'])
const levels = new Set<unknown>(['debug', 'info', 'warning', 'error', 'critical'])
export const latestTs = 253_402_300_799_999
export const longestMessage = 4_096
export const longestCode = 128

/** Deeper than this the schema decides. */
export const deepestNesting = 16

/**
 * Whether JSON.parse made what `DeviceEvent` accepts, found out many times quicker than by the schema. False: something is
 * unusual or wrong, and the schema has to say which.
 */
export function isPlainEvent(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  for (const field in json) if (!fields.has(field)) return false
  const { level, message, code, data, ts } = json as Record<string, unknown>
  return (
    levels.has(level) &&
    isText(message, longestMessage) &&
    (code === undefined || isText(code, longestCode)) &&
    (ts === undefined || (typeof ts === 'number' && ts >= 0 && ts <= latestTs)) &&
    (data === undefined || isPlainJson(data, deepestNesting))
  )
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= longest
}

function isPlainJson(value: unknown, levelsLeft: number): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (levelsLeft === 0) return false
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, levelsLeft - 1))
  for (const key in value) {
    if (key === '__proto__' || !isPlainJson((value as Record<string, unknown>)[key], levelsLeft - 1))
      return false
  }
  return true
}
