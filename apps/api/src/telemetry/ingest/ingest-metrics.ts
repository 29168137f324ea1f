import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Registers the metrics of ingest. */
export function ingestMetrics(registry: Registry, waiting: () => { samples: number; bytes: number }) {
  const registers = [registry]
  new Gauge({
    name: 'heliograph_ingest_waiting_samples',
    help: 'Samples that wait to be committed',
    registers,
    collect() {
      this.set(waiting().samples)
    },
  })
  new Gauge({
    name: 'heliograph_ingest_waiting_bytes',
    help: 'Rough bytes of memory that waiting samples take',
    registers,
    collect() {
      this.set(waiting().bytes)
    },
  })
  return {
    messages: new Counter({
      name: 'heliograph_ingest_messages_total',
      help: 'Telemetry messages by how they were decided',
      labelNames: ['outcome'],
      registers,
    }),
    dropped: new Counter({
      name: 'heliograph_ingest_dropped_total',
      help: 'Messages of QoS 0 that were not stored, by reason',
      labelNames: ['reason'],
      registers,
    }),
    decisionSeconds: new Histogram({
      name: 'heliograph_ingest_decision_seconds',
      help: 'Time from the arrival of a batch’s oldest message to its decision',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
      registers,
    }),
    samples: new Counter({
      name: 'heliograph_ingest_samples_total',
      help: 'Samples that were committed',
      registers,
    }),
    storeFailures: new Counter({
      name: 'heliograph_ingest_store_failures_total',
      help: 'Commits that failed and were tried again',
      registers,
    }),
    batchMessages: new Histogram({
      name: 'heliograph_ingest_batch_messages',
      help: 'Messages in a committed batch',
      buckets: [1, 3, 10, 30, 100, 300, 1_000, 3_000],
      registers,
    }),
    batchRows: new Histogram({
      name: 'heliograph_ingest_batch_samples',
      help: 'Samples in a committed batch',
      buckets: [1, 10, 50, 100, 500, 1_000, 2_500, 5_000, 10_000],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'heliograph_ingest_commit_seconds',
      help: 'Time from closing a batch to its commit',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    }),
  }
}
