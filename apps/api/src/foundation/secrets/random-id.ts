import { randomInt } from 'node:crypto'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A random id of `length` characters of a-z and 0-9: 103 bits at 20. */
export function randomId(length = 20): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}
