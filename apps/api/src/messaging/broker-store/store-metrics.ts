import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Commit } from './postgres-persistence.js'

/** Registers the metrics of the broker's store: what waits for it, and its transactions. */
export function registerStoreMetrics(
  registry: Registry,
  waiting: () => { changes: number; bytes: number },
): { committed(commit: Commit): void; failed(): void } {
  const registers = [registry]
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `heliograph_mqtt_store_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('waiting_changes', 'Changes of stored sessions not committed yet', () => waiting().changes)
  gauge('waiting_bytes', 'Bytes of the messages among them', () => waiting().bytes)
  const changes = new Histogram({
    name: 'heliograph_mqtt_store_commit_changes',
    help: 'Changes of stored sessions that share a transaction',
    buckets: [1, 4, 16, 64, 256, 1_024, 4_096, 16_384],
    registers,
  })
  const seconds = new Histogram({
    name: 'heliograph_mqtt_store_commit_seconds',
    help: 'Time that a transaction takes',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5],
    registers,
  })
  const failures = new Counter({
    name: 'heliograph_mqtt_store_failures_total',
    help: 'Transactions that failed and were tried again',
    registers,
  })
  return {
    committed: (commit) => {
      changes.observe(commit.changes)
      seconds.observe(commit.durationMs / 1_000)
    },
    failed: () => failures.inc(),
  }
}
