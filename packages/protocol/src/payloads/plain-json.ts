/**
 * Where things end in JSON that is written plainly: ASCII without escapes, numbers without exponents. Each function takes
 * the index at which something should begin and gives the one after it, or -1: it is wrong, or not so plain.
 */
export const inDoubt = -1

const [space, tab, lineFeed, carriageReturn] = [0x20, 0x09, 0x0a, 0x0d]
const [quote, backslash, lastPrintable] = [0x22, 0x5c, 0x7e]
const [minus, dot, zero, nine] = [0x2d, 0x2e, 0x30, 0x39]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]
const [comma, colon] = [0x2c, 0x3a]
const [yes, no, nothing] = ['true', 'false', 'null'].map(asciiBytes) as [Uint8Array, Uint8Array, Uint8Array]

/** What JSON.parse makes an own property, and other code perhaps not. */
const trickyKey = asciiBytes('"__proto__"')

/** Fewer digits than this are never too large for a double. */
const mostDigits = 300

export function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The byte there; behind the end NUL, which is nothing that JSON has outside of text. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? (bytes[at] as number) : 0
}

export function startsAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  if (at + expected.length > bytes.length) return false
  for (let index = 0; index < expected.length; index++)
    if (bytes[at + index] !== expected[index]) return false
  return true
}

/** Never in doubt: there may be none. */
export function spaceEnd(bytes: Uint8Array, at: number): number {
  let end = at
  for (; ; end++) {
    const byte = byteAt(bytes, end)
    if (byte !== space && byte !== lineFeed && byte !== carriageReturn && byte !== tab) return end
  }
}

/** Text with its quotes. */
export function textEnd(bytes: Uint8Array, at: number): number {
  if (byteAt(bytes, at) !== quote) return inDoubt
  for (let end = at + 1; ; end++) {
    const byte = byteAt(bytes, end)
    if (byte === quote) return end + 1
    if (byte < space || byte > lastPrintable || byte === backslash) return inDoubt
  }
}

/** Digits without a needless zero before them. */
export function wholeNumberEnd(bytes: Uint8Array, at: number): number {
  const end = digitsEnd(bytes, at)
  if (end === at || end - at > mostDigits) return inDoubt
  return byteAt(bytes, at) === zero && end > at + 1 ? inDoubt : end
}

function numberEnd(bytes: Uint8Array, at: number): number {
  const end = wholeNumberEnd(bytes, byteAt(bytes, at) === minus ? at + 1 : at)
  if (end < 0 || byteAt(bytes, end) !== dot) return end
  const fractionEnd = digitsEnd(bytes, end + 1)
  return fractionEnd === end + 1 ? inDoubt : fractionEnd
}

function digitsEnd(bytes: Uint8Array, at: number): number {
  let end = at
  for (; ; end++) {
    const byte = byteAt(bytes, end)
    if (byte < zero || byte > nine) return end
  }
}

/** Any value, with arrays and objects nested no deeper than that. */
export function valueEnd(bytes: Uint8Array, at: number, levelsLeft: number): number {
  switch (byteAt(bytes, at)) {
    case quote:
      return textEnd(bytes, at)
    case openBrace:
      return levelsLeft === 0 ? inDoubt : objectEnd(bytes, at, levelsLeft - 1)
    case openBracket:
      return levelsLeft === 0 ? inDoubt : arrayEnd(bytes, at, levelsLeft - 1)
    case yes[0]:
      return literalEnd(bytes, at, yes)
    case no[0]:
      return literalEnd(bytes, at, no)
    case nothing[0]:
      return literalEnd(bytes, at, nothing)
    default:
      return numberEnd(bytes, at)
  }
}

function literalEnd(bytes: Uint8Array, at: number, literal: Uint8Array): number {
  return startsAt(bytes, at, literal) ? at + literal.length : inDoubt
}

function arrayEnd(bytes: Uint8Array, at: number, levelsLeft: number): number {
  let end = spaceEnd(bytes, at + 1)
  if (byteAt(bytes, end) === closeBracket) return end + 1
  for (;;) {
    end = valueEnd(bytes, end, levelsLeft)
    if (end < 0) return inDoubt
    end = spaceEnd(bytes, end)
    const byte = byteAt(bytes, end)
    if (byte === closeBracket) return end + 1
    if (byte !== comma) return inDoubt
    end = spaceEnd(bytes, end + 1)
  }
}

function objectEnd(bytes: Uint8Array, at: number, levelsLeft: number): number {
  let end = spaceEnd(bytes, at + 1)
  if (byteAt(bytes, end) === closeBrace) return end + 1
  for (;;) {
    if (startsAt(bytes, end, trickyKey)) return inDoubt
    end = memberValueAt(bytes, textEnd(bytes, end))
    if (end < 0) return inDoubt
    end = valueEnd(bytes, end, levelsLeft)
    if (end < 0) return inDoubt
    end = spaceEnd(bytes, end)
    const byte = byteAt(bytes, end)
    if (byte === closeBrace) return end + 1
    if (byte !== comma) return inDoubt
    end = spaceEnd(bytes, end + 1)
  }
}

/** From the end of a member's name to where its value begins, past the colon. */
export function memberValueAt(bytes: Uint8Array, nameEnd: number): number {
  if (nameEnd < 0) return inDoubt
  const at = spaceEnd(bytes, nameEnd)
  return byteAt(bytes, at) === colon ? spaceEnd(bytes, at + 1) : inDoubt
}
