import { LimitError } from '../errors/domain-errors.js'
import { reportLimit } from './reported-limits.js'

const retryAfterSeconds = 10

/** Refuses a file of a caller who reads as many at the same time as the limit `name` allows. */
export function tooManyAtATime(name: string, quota: number, detail: string): LimitError {
  reportLimit({ name, quota, windowSeconds: null, remaining: 0, moreInSeconds: retryAfterSeconds })
  return new LimitError(detail, { code: 'too_many_exports', limit: name, retryAfterSeconds })
}
