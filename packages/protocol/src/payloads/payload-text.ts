import { jsonProblem } from './json-problem.js'
import { PayloadError } from './payload-error.js'

/**
 * The text of a payload. A byte order mark at its begin, and NULs and white space at its end, which firmware often leaves
 * there, are no part of it. Throws a PayloadError if it is not UTF-8.
 */
export function payloadText(payload: Uint8Array): string {
  const bytes = withoutEnd(payload)
  try {
    return utf8.decode(bytes)
  } catch {
    throw new PayloadError('', `is not valid UTF-8: ${utf8Problem(bytes)}`, { malformed: true })
  }
}

/** Reads JSON. Throws a PayloadError that names the place of the first mistake. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new PayloadError('', `is not valid JSON: ${jsonProblem(text)}`, { malformed: true })
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const utf8Encoder = new TextEncoder()

function withoutEnd(payload: Uint8Array): Uint8Array {
  let end = payload.length
  while (end > 0 && isIgnoredAtEnd(payload[end - 1] as number)) end -= 1
  return end === payload.length ? payload : payload.subarray(0, end)
}

/** NUL, tab, line feed, vertical tab, form feed, carriage return, space. */
function isIgnoredAtEnd(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/** Names the first byte that is not UTF-8: a lenient decoder puts U+FFFD in its place. */
function utf8Problem(bytes: Uint8Array): string {
  const text = lenientUtf8.decode(bytes)
  let at = 0
  let from = 0
  for (;;) {
    const replaced = text.indexOf('\ufffd', from)
    if (replaced < 0) return 'it ends within a character'
    at += utf8Encoder.encode(text.slice(from, replaced)).length
    const isSent = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd
    if (!isSent)
      return `unexpected byte 0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')} at position ${at}`
    at += 3
    from = replaced + 1
  }
}
