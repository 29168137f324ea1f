import { Inject, Injectable, Logger } from '@nestjs/common'
import { Counter, Gauge } from 'prom-client'
import { CONFIG, type Config } from '../config/config.js'
import type { GivenLimits } from '../limits/stated-limits.js'
import { GroupedLog } from '../logging/grouped-log.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import {
  type Busy,
  ConcurrencyLimiter,
  type ConcurrencyOptions,
  type RunningLimits,
  type Share,
} from './concurrency-limiter.js'
import { WorkPace, workLimits } from './work-pace.js'

/** A LimitSet of these limits. */
interface StatedLimits<Limits> {
  area: string
  values(given: GivenLimits): Limits
}

/** Makes the limiters of what callers can ask for, and shows in metrics and in the log what they hold and refuse. */
@Injectable()
export class ConcurrencyLimiters {
  /** Of requests of callers to REST. */
  readonly work: WorkPace
  private readonly limiters = new Map<string, ConcurrencyLimiter>()
  private readonly logger = new Logger(ConcurrencyLimiters.name)
  private readonly log = new GroupedLog((line) => this.logger.warn(line))
  private readonly refused: Counter<'limiter' | 'level'>

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    { registry }: MetricsRegistry,
  ) {
    this.work = new WorkPace(workLimits.values(config.limits))
    const registers = [registry]
    const { limiters } = this
    new Gauge({
      name: 'heliograph_limiter_running',
      help: 'What callers asked for that is in work',
      labelNames: ['limiter'],
      registers,
      collect() {
        for (const [limiter, { running }] of limiters) this.set({ limiter }, running)
      },
    })
    new Gauge({
      name: 'heliograph_limiter_waiting',
      help: 'What callers asked for that waits for its turn',
      labelNames: ['limiter'],
      registers,
      collect() {
        for (const [limiter, { waiting }] of limiters) this.set({ limiter }, waiting)
      },
    })
    this.refused = new Counter({
      name: 'heliograph_limiter_refused_total',
      help: 'What callers asked for that was refused, by whose limit',
      labelNames: ['limiter', 'level'],
      registers,
    })
  }

  /** A limiter with the limits that hold. `refusal` makes the error that a caller gets. */
  make<Limits extends RunningLimits>(
    stated: StatedLimits<Limits>,
    refusal: (limits: Limits, busy: Busy) => Error,
    pace?: ConcurrencyOptions['pace'],
  ): ConcurrencyLimiter {
    const limits = stated.values(this.config.limits)
    const limiter = new ConcurrencyLimiter({
      limits,
      ...(pace && { pace }),
      refusal: (busy, share) => {
        this.note(stated.area, busy, share)
        return refusal(limits, busy)
      },
    })
    this.limiters.set(stated.area, limiter)
    return limiter
  }

  private note(limiter: string, { level, waited }: Busy, { organization, caller }: Share): void {
    this.refused.inc({ limiter, level })
    this.log.note(`${limiter} ${level}`, () => {
      const why = waited ? 'waited too long for its turn' : 'came while too much ran and waited'
      return `a request of ${caller} in ${organization} was refused: it ${why} (${limiter}, limit of the ${level})`
    })
  }
}
