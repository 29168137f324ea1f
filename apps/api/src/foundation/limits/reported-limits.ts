import { AsyncLocalStorage } from 'node:async_hooks'

/** What is left of a limit, for the caller of the request that counted for it. */
export interface LimitState {
  /** As docs/limits.md or docs/rest.md has it. */
  name: string
  /** How many it allows: in `windowSeconds` or, when that is null, at the same time. */
  quota: number
  windowSeconds: number | null
  remaining: number
  /** Seconds until there is one more; 0 when all of the quota is left. */
  moreInSeconds: number
}

type Report = (state: LimitState) => void

const reports = new AsyncLocalStorage<Report>()

/** Runs what a request leads to, in which each limit that it counts for is reported to `report`, as often as it changes. */
export function reportLimitsTo(report: Report, next: () => void): void {
  reports.run(report, next)
}

/** Reports a limit, if a request is being answered. */
export function reportLimit(state: LimitState): void {
  reports.getStore()?.(state)
}
