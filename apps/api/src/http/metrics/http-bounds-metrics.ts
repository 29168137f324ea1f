import { Counter, Gauge, type Registry } from 'prom-client'
import type { HttpBounds } from '../front-door/http-bounds.js'

/** What HTTP clients make the process hold, and how many were disconnected for it. */
export function registerHttpBoundsMetrics(registry: Registry, bounds: HttpBounds): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('heliograph_http_connections', 'Open HTTP connections', () => bounds.usage.connections)
  gauge('heliograph_http_requests', 'Requests in work', () => bounds.usage.requests)
  gauge(
    'heliograph_http_held_bytes',
    'Bytes of unfinished bodies and of answers that clients have not taken',
    () => bounds.usage.heldBytes,
  )
  new Counter({
    name: 'heliograph_http_cut_connections_total',
    help: 'HTTP connections that were ended at a bound',
    labelNames: ['reason'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(bounds.cuts)) this.inc({ reason }, count)
    },
  })
}
