import { LimitSet, type StatedLimit } from '../limits/stated-limits.js'
import type { RunningLimits, WaitingLimits } from './concurrency-limiter.js'

interface Stated<Limits> {
  area: string
  title: string
  /** What is counted, as a plural. */
  what: string
  limits: Limits
  /** What happens past the limits of running. */
  past: string
}

/** States how much of something may run at a time, while nothing waits. */
export function runningLimits({
  area,
  title,
  ...stated
}: Stated<RunningLimits>): LimitSet<keyof RunningLimits> {
  return new LimitSet(area, title, running(stated))
}

/** States how much of something may run at a time, and how much may wait for its turn. */
export function concurrencyLimits({
  area,
  title,
  ...stated
}: Omit<Stated<RunningLimits & WaitingLimits>, 'past'>): LimitSet<keyof RunningLimits | keyof WaitingLimits> {
  return new LimitSet(area, title, {
    ...running({ ...stated, past: 'they wait for their turn' }),
    ...waiting(stated),
  })
}

function running({ what, limits, past }: Omit<Stated<RunningLimits>, 'area' | 'title'>) {
  const stated = (per: StatedLimit['per'], number: number): StatedLimit => ({
    default: number,
    unit: 'count',
    per,
    text: `${what} at a time`,
    past,
  })
  return {
    perCaller: stated('owner', limits.perCaller),
    perOrganization: stated('organization', limits.perOrganization),
    inAll: stated('platform', limits.inAll),
  }
}

function waiting({ what, limits }: { what: string; limits: WaitingLimits }) {
  const past = '503 `busy` with `Retry-After`'
  const stated = (per: StatedLimit['per'], number: number): StatedLimit => ({
    default: number,
    unit: 'count',
    per,
    text: `${what} that wait for their turn`,
    past,
  })
  return {
    waitingPerCaller: stated('owner', limits.waitingPerCaller),
    waitingPerOrganization: stated('organization', limits.waitingPerOrganization),
    waitingInAll: stated('platform', limits.waitingInAll),
    waitMs: {
      default: limits.waitMs,
      unit: 'ms',
      per: 'request',
      text: `time in which one of these ${what} waits`,
      past,
    } satisfies StatedLimit,
  }
}
