import { Injectable } from '@nestjs/common'
import { collectDefaultMetrics, Registry } from 'prom-client'

/** Where every part registers what it counts: `new Counter({ …, registers: [metrics.registry] })`. */
@Injectable()
export class MetricsRegistry {
  readonly registry = new Registry()

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }
}
