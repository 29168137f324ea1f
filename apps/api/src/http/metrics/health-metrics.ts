import { Gauge, type Registry } from 'prom-client'
import type { HealthChecks } from '../../foundation/health/health-checks.js'

/** The checks of `/readyz` as metrics, so that an alert can name the part. */
export function registerHealthMetrics(registry: Registry, health: HealthChecks): void {
  new Gauge({
    name: 'heliograph_health_check',
    help: '1 while the health check of a part passes, 0 while it fails',
    labelNames: ['check'],
    registers: [registry],
    async collect() {
      const { checks } = await health.run()
      for (const [check, { ok }] of Object.entries(checks)) this.set({ check }, ok ? 1 : 0)
    },
  })
}
