import { Injectable } from '@nestjs/common'

/** Throws, or rejects, when its part does not answer; the message says what is wrong. */
export type HealthCheck = () => void | Promise<void>

export interface Health {
  ready: boolean
  checks: Record<string, { ok: boolean; detail?: string }>
}

const deadlineMs = 3_000

/** What has to answer for the platform to be ready. Parts register their own checks. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, HealthCheck>()
  private stopping = false

  register(name: string, check: HealthCheck): void {
    this.checks.set(name, check)
  }

  /** From now on nothing is ready, so that a balancer sends nobody here. */
  stop(): void {
    this.stopping = true
  }

  async run(): Promise<Health> {
    const results = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await outcome(check)] as const),
    )
    const ready = !this.stopping && results.length > 0 && results.every(([, { ok }]) => ok)
    return { ready, checks: Object.fromEntries(results) }
  }
}

async function outcome(check: HealthCheck): Promise<{ ok: boolean; detail?: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('does not answer')), deadlineMs)
  })
  try {
    await Promise.race([Promise.resolve().then(check), late])
    return { ok: true }
  } catch (error) {
    return { ok: false, detail: error instanceof Error && error.message ? error.message : 'does not answer' }
  } finally {
    clearTimeout(timer)
  }
}
