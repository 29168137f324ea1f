import { PayloadError } from './payload-error.js'

/** How much one JSON text may hold. */
export interface JsonBounds {
  /** Levels of nesting. */
  depth: number
  /** Keys of one object. */
  keys: number
  /** Values in all: numbers, texts, literals, arrays and objects, but not keys. */
  values: number
}

/**
 * Throws a PayloadError, with the limit and the position, when a text holds more than the bounds allow. It only counts bytes,
 * and allocates next to nothing, so it takes about the time of reading them: JSON.parse and a schema take a thousand times as
 * long for some texts. Of a text that is no JSON it counts what JSON.parse could read, or less.
 */
export function checkJsonBounds(bytes: Uint8Array, bounds: JsonBounds): void {
  // Each level, key and value takes a byte at least.
  if (bytes.length <= Math.min(bounds.depth, bounds.keys, bounds.values)) return
  /** The keys of each container that is open. */
  const keys: number[] = []
  // The root; each other value is counted at the comma or bracket behind it.
  let values = 1
  let isEmpty = false
  for (let at = 0; at < bytes.length; at++) {
    const kind = kinds[bytes[at] as number] as number
    if (kind === space) continue
    if (kind === quote) at = endOfString(bytes, at)
    else if (kind === colon) {
      const count = (keys.pop() ?? 0) + 1
      keys.push(count)
      if (count > bounds.keys) throw tooMuch(`has an object of more than ${bounds.keys} keys`, 'keys', at)
    } else if (kind === open) {
      if (keys.push(0) > bounds.depth)
        throw tooMuch(`is nested over ${bounds.depth} levels deep`, 'depth', at)
    } else if (kind === comma || kind === close) {
      if (kind === close) keys.pop()
      if (!isEmpty && ++values > bounds.values)
        throw tooMuch(`holds more than ${bounds.values} values`, 'values', at)
    }
    isEmpty = kind === open
  }
}

const quote = 1
const open = 2
const close = 3
const comma = 4
const colon = 5
const space = 6

/** What each byte is, outside of a string: one of these, or 0. */
const kinds = new Uint8Array(256)
for (const [kind, text] of [
  [quote, '"'],
  [open, '{['],
  [close, '}]'],
  [comma, ','],
  [colon, ':'],
  [space, ' \t\r\n'],
] as const)
  for (const character of text) kinds[character.charCodeAt(0)] = kind

/** The closing quote of the string that begins at a position; the end of the text when it has none. */
function endOfString(bytes: Uint8Array, from: number): number {
  let at = from + 1
  while (at < bytes.length && bytes[at] !== 0x22) at += bytes[at] === 0x5c ? 2 : 1
  return at
}

function tooMuch(what: string, limit: keyof JsonBounds, at: number): PayloadError {
  return new PayloadError('', `${what}, at byte ${at} (limit json.${limit})`)
}
