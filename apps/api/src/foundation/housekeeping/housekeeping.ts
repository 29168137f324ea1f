import { setTimeout as delay } from 'node:timers/promises'
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common'
import { Counter } from 'prom-client'
import { CONFIG, type Config } from '../config/config.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { housekeepingLimits } from './housekeeping-limits.js'

/** How much a task may do in one run. */
export interface Budget {
  /** How many rows one statement may delete. */
  readonly batchRows: number
  /** Whether the task has to stop; what is left waits for the next run. */
  readonly spent: boolean
  /** Runs one statement, then waits as long as it took, so that others have the database at least half of the time. */
  step<Result>(statement: () => Promise<Result>): Promise<Result>
}

/** Deletes rows that need not be kept any more; returns how many. */
type Task = (budget: Budget) => Promise<number>

const intervalMs = 600_000
const longestFirstDelayMs = 5_000

/** Runs the tasks that delete what is too old or too much: soon after the start, then every ten minutes, one by one. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Housekeeping.name)
  private readonly tasks = new Map<string, Task>()
  private readonly limits: ReturnType<typeof housekeepingLimits.values>
  private readonly deleted: Counter<'table'>
  private readonly abort = new AbortController()
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> = Promise.resolve()

  constructor(@Inject(CONFIG) config: Config, metrics: MetricsRegistry) {
    this.limits = housekeepingLimits.values(config.limits)
    this.deleted = new Counter({
      name: 'heliograph_housekeeping_deleted_rows_total',
      help: 'Rows that were deleted because they were too old or too many, by table',
      labelNames: ['table'],
      registers: [metrics.registry],
    })
  }

  /** Adds a task, by the name of the table that it deletes from. Call it before the application is started. */
  register(table: string, task: Task): void {
    this.tasks.set(table, task)
    this.deleted.inc({ table }, 0)
  }

  onApplicationBootstrap(): void {
    // Several platforms on one PostgreSQL do not all begin at the same time.
    this.schedule(Math.random() * longestFirstDelayMs)
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer)
    this.abort.abort()
    await this.running
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.running = this.runAll().then(() => {
        if (!this.abort.signal.aborted) this.schedule(intervalMs)
      })
    }, delayMs).unref()
  }

  private async runAll(): Promise<void> {
    for (const [table, task] of this.tasks) {
      try {
        const rows = await task(this.budget())
        this.deleted.inc({ table }, rows)
        if (rows > 0) this.logger.debug(`${rows} rows of ${table} were deleted`)
      } catch (error) {
        const reason = error instanceof Error ? error.message : error
        this.logger.warn(
          `rows of ${table} that need not be kept were not deleted, which is tried again: ${reason}`,
        )
      }
    }
  }

  private budget(): Budget {
    const { signal } = this.abort
    const endsAtMs = performance.now() + this.limits.taskMs
    return {
      batchRows: this.limits.batchRows,
      get spent() {
        return signal.aborted || performance.now() >= endsAtMs
      },
      async step(statement) {
        const startedAtMs = performance.now()
        const result = await statement()
        await delay(performance.now() - startedAtMs, undefined, { signal }).catch(() => {})
        return result
      },
    }
  }
}
