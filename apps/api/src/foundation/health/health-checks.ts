import { Injectable } from '@nestjs/common'
import { sharedRun } from '../timers/shared-run.js'
import { TimeLimitError, withinTimeLimit } from '../timers/time-limit.js'

/** Throws or rejects when its part does not work; the message says why. */
export type HealthCheck = () => void | Promise<void>

export interface Health {
  ready: boolean
  checks: Record<string, { ok: boolean; detail?: string }>
}

const checkTimeoutMs = 3_000

/** The health checks that must pass for the platform to be ready. Parts register their own. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, HealthCheck>()
  private stopping = false

  register(name: string, check: HealthCheck): void {
    this.checks.set(name, check)
  }

  /** Reports the platform as not ready from now on, so that a load balancer sends it no more requests. */
  stop(): void {
    this.stopping = true
  }

  /** Runs the checks, once for all who ask at the same time. */
  readonly run = sharedRun(() => this.runChecks())

  private async runChecks(): Promise<Health> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await outcome(check)] as const),
    )
    const ready = !this.stopping && results.length > 0 && results.every(([, { ok }]) => ok)
    return { ready, checks: Object.fromEntries(results) }
  }
}

async function outcome(check: HealthCheck): Promise<{ ok: boolean; detail?: string }> {
  try {
    await withinTimeLimit(Promise.resolve().then(check), checkTimeoutMs)
    return { ok: true }
  } catch (error) {
    const isExplained = error instanceof Error && !(error instanceof TimeLimitError) && error.message !== ''
    return { ok: false, detail: isExplained ? error.message : 'does not answer' }
  }
}
