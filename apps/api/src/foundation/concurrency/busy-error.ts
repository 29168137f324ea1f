import { UnavailableError } from '../errors/domain-errors.js'
import type { Busy, ConcurrencyLevel, RunningLimits, WaitingLimits } from './concurrency-limiter.js'

const retryAfterSeconds = 5

type Limits = RunningLimits & WaitingLimits

/** Tells who was refused why, and what to do. `what` is a plural, and says what there is too much of. */
export function busyError(what: string, limits: Limits, { level, waited }: Busy): UnavailableError {
  const { whose, running, waiting, advice } = words(level, limits)
  const why = waited
    ? `This waited ${limits.waitMs / 1_000} seconds for its turn: ${whose} ${running} ${what} at a time`
    : `Too much waits: ${whose} ${running} ${what} at a time, and ${waiting} that wait`
  return new UnavailableError(`${why}. ${advice}`, 'busy', retryAfterSeconds)
}

function words(level: ConcurrencyLevel, limits: Limits) {
  switch (level) {
    case 'caller':
      return {
        whose: 'you may have',
        running: limits.perCaller,
        waiting: limits.waitingPerCaller,
        advice: 'Wait for answers before you send more.',
      }
    case 'organization':
      return {
        whose: 'your organization may have',
        running: limits.perOrganization,
        waiting: limits.waitingPerOrganization,
        advice: 'Send less at a time, or find out who of it sends so much.',
      }
    case 'platform':
      return {
        whose: 'the platform has',
        running: limits.inAll,
        waiting: limits.waitingInAll,
        advice: 'Try again in a few seconds.',
      }
  }
}
