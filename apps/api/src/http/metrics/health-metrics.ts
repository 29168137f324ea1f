import { Gauge, type Registry } from 'prom-client'
import type { HealthChecks } from '../../foundation/health/health-checks.js'

/** What `/readyz` says, so that an alarm can say which part it is about. */
export function registerHealthMetrics(registry: Registry, health: HealthChecks): void {
  new Gauge({
    name: 'heliograph_health_check',
    help: '1 while a part that has to answer for the platform to be ready does, 0 while it does not',
    labelNames: ['check'],
    registers: [registry],
    async collect() {
      const { checks } = await health.run()
      for (const [check, { ok }] of Object.entries(checks)) this.set({ check }, ok ? 1 : 0)
    },
  })
}
