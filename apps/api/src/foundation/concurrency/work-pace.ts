import { Pacer } from '../limits/pacer.js'
import { LimitSet, type LimitValues } from '../limits/stated-limits.js'
import type { Share } from './concurrency-limiter.js'

export const workLimits = new LimitSet('restWork', 'Work of REST requests of people and API keys', {
  perCaller: {
    default: 0.25,
    unit: 'share',
    per: 'owner',
    text: 'of a processor, which its requests and their queries take',
    past: 'they wait for their turn',
  },
  perOrganization: {
    default: 0.5,
    unit: 'share',
    per: 'organization',
    text: 'of a processor, which its requests and their queries take',
    past: 'they wait for their turn',
  },
  atOnceMs: {
    default: 200,
    unit: 'ms',
    per: 'owner',
    text: 'work before a caller rests; an organization has twice as much',
    past: 'as above',
  },
  longestRestMs: {
    default: 4_000,
    unit: 'ms',
    per: 'owner',
    text: 'time in which nothing of a caller begins, whatever its last requests took',
    past: 'the rest is forgiven',
  },
})

/**
 * Lets callers rest whose requests took more than a part of a processor lately, and organizations. Turns alone do not do it:
 * one request at a time, again and again, keeps a processor busy.
 */
export class WorkPace {
  readonly #callers: Pacer
  readonly #organizations: Pacer

  constructor(limits: LimitValues<typeof workLimits>, now?: () => number) {
    const { perCaller, perOrganization, atOnceMs: burst, longestRestMs: longestWaitMs } = limits
    this.#callers = new Pacer({ burst, intervalMs: 1 / perCaller, longestWaitMs }, now)
    this.#organizations = new Pacer({ burst: 2 * burst, intervalMs: 1 / perOrganization, longestWaitMs }, now)
  }

  /** Work of this share took so long. */
  spend({ organization, caller }: Share, ms: number): void {
    this.#callers.count(keyOf(organization, caller), ms)
    this.#organizations.count(`${organization}`, ms)
  }

  /** Does work of this share, and counts how long it took. */
  async measure<Result>(share: Share, work: () => Promise<Result>): Promise<Result> {
    const beganMs = performance.now()
    try {
      return await work()
    } finally {
      this.spend(share, performance.now() - beganMs)
    }
  }

  /** How long the next of this share has to wait. */
  waitMs({ organization, caller }: Share): number {
    return Math.max(
      this.#callers.waitMs(keyOf(organization, caller)),
      this.#organizations.waitMs(`${organization}`),
    )
  }
}

function keyOf(organization: Share['organization'], caller: string): string {
  return `${organization} ${caller}`
}
