import { Injectable } from '@nestjs/common'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { version } from '../config/version.js'

/** The registry of all metrics: `new Counter({ …, registers: [metrics.registry] })`. */
@Injectable()
export class MetricsRegistry {
  readonly registry = new Registry()

  constructor() {
    collectDefaultMetrics({ register: this.registry })
    new Gauge({
      name: 'heliograph_build_info',
      help: 'Always 1; which version runs, on which Node.js',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version, node: process.versions.node }, 1)
  }
}
