import { parseTime, type TimeInput } from '@heliograph/protocol'
import { InvalidError } from '../errors/domain-errors.js'

/** Parses a time that must lie in the future, at most `longest` ahead. Throws an InvalidError that names the field. */
export function futureTime(
  field: string,
  time: TimeInput,
  longest: { ms: number; text: string },
  nowMs: number = Date.now(),
): Date {
  const ms = parseTime(String(time), nowMs)
  if (ms !== null && ms > nowMs && ms <= nowMs + longest.ms) return new Date(ms)
  const message = `must lie in the future, within ${longest.text}`
  throw new InvalidError(`${field}: ${message}`, 'invalid', [{ path: field, message }])
}
