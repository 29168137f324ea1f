import { deepestNesting, latestTs, longestCode, longestMessage } from './plain-event.js'
import {
  asciiBytes,
  byteAt,
  inDoubt,
  memberValueAt,
  spaceEnd,
  startsAt,
  textEnd,
  valueEnd,
  wholeNumberEnd,
} from './plain-json.js'

const [openBrace, closeBrace, comma, zero] = [0x7b, 0x7d, 0x2c, 0x30]

/** The members of an event, a bit for each that was seen. */
const members = (['level', 'message', 'code', 'data', 'ts'] as const).map((name, index) => ({
  name,
  quoted: asciiBytes(`"${name}"`),
  bit: 1 << index,
}))
const required = 0b11
type Member = (typeof members)[number]

const levels = ['debug', 'info', 'warning', 'error', 'critical'].map((level) => asciiBytes(`"${level}"`))

/**
 * Whether these bytes are JSON that `DeviceEvent` accepts, found out in one pass that makes nothing of them. False: it is
 * not written as plainly as usual (other than ASCII, escapes, exponents), or wrong, and others have to look.
 */
export function isPlainEventJson(bytes: Uint8Array): boolean {
  let at = spaceEnd(bytes, 0)
  if (byteAt(bytes, at) !== openBrace) return false
  let seen = 0
  do {
    at = spaceEnd(bytes, at + 1)
    const member = memberAt(bytes, at)
    // Of two members of one name JSON.parse takes the last.
    if (member === undefined || (seen & member.bit) !== 0) return false
    seen |= member.bit
    at = memberEnd(bytes, memberValueAt(bytes, at + member.quoted.length), member)
    if (at < 0) return false
    at = spaceEnd(bytes, at)
  } while (byteAt(bytes, at) === comma)
  if (byteAt(bytes, at) !== closeBrace || (seen & required) !== required) return false
  return spaceEnd(bytes, at + 1) === bytes.length
}

function memberAt(bytes: Uint8Array, at: number): Member | undefined {
  for (const member of members) if (startsAt(bytes, at, member.quoted)) return member
  return undefined
}

function memberEnd(bytes: Uint8Array, at: number, { name }: Member): number {
  if (at < 0) return inDoubt
  if (name === 'message') return shortTextEnd(bytes, at, longestMessage)
  if (name === 'level') return levelEnd(bytes, at)
  if (name === 'data') return valueEnd(bytes, at, deepestNesting)
  if (name === 'code') return shortTextEnd(bytes, at, longestCode)
  return timeEnd(bytes, at)
}

function levelEnd(bytes: Uint8Array, at: number): number {
  for (const level of levels) if (startsAt(bytes, at, level)) return at + level.length
  return inDoubt
}

/** Text that is not empty; its characters are its bytes. */
function shortTextEnd(bytes: Uint8Array, at: number, longest: number): number {
  const end = textEnd(bytes, at)
  const characters = end - at - 2
  return end > 0 && characters > 0 && characters <= longest ? end : inDoubt
}

function timeEnd(bytes: Uint8Array, at: number): number {
  const end = wholeNumberEnd(bytes, at)
  let ms = 0
  for (let index = at; index < end; index++) ms = ms * 10 + byteAt(bytes, index) - zero
  return ms <= latestTs ? end : inDoubt
}
