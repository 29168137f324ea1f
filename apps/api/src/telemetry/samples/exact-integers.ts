/**
 * JSON.parse rounds integers beyond 2^53 to the nearest double. Here a payload is read a second time with those
 * integers as marked text, so that a 64-bit counter is stored to the last digit.
 */
export function parseExactIntegers(text: string): unknown {
  return JSON.parse(text.replaceAll(stringOrNumber, markInteger))
}

/** Whether a value that JSON.parse read may come from an integer that a double cannot hold. */
export function mayHoldLargeIntegers(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) >= 2 ** 53
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some(mayHoldLargeIntegers)
}

/** The digits of a marked integer; null for anything else. */
export function exactDigits(value: unknown): string | null {
  return typeof value === 'string' && marked.test(value) ? value.slice(1) : null
}

/** The JSON text of a value read by `parseExactIntegers`, with the integers as they were sent. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"\\u0000(-?\d+)"/g, '$1')
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

/** A text with U+0000 cannot be stored, so no other text is taken for a marked integer. */
const marked = /^\0-?\d+$/

function markInteger(token: string): string {
  if (token.length < 16 || !/^-?\d+$/.test(token)) return token
  const double = Number(token)
  return Number.isFinite(double) && BigInt(double) !== BigInt(token) ? `"\\u0000${token}"` : token
}
