import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { PlainCounter } from '../../foundation/metrics/plain-counter.js'
import type { MessageOutcome } from '../../foundation/tracing/message-timing.js'
import type { UndecidedError } from '../samples/sample.js'

export interface IngestGauges {
  waiting(): { samples: number; bytes: number }
  staleBuckets(): number
  fullMinutes(): number
}

/** Registers the metrics of ingest. */
export function ingestMetrics(registry: Registry, gauges: IngestGauges) {
  registerGauges(registry, gauges)
  return { ...countersOf(registry), ...histogramsOf(registry) }
}

function registerGauges(registry: Registry, { waiting, staleBuckets, fullMinutes }: IngestGauges): void {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `heliograph_ingest_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('waiting_samples', 'Samples that wait to be committed', () => waiting().samples)
  gauge('waiting_bytes', 'Rough bytes of memory that waiting samples take', () => waiting().bytes)
  gauge('stale_buckets', 'Roll-ups that wait to be computed again after corrections', staleBuckets)
  gauge('full_minutes', 'Minutes of series that are known to take no more samples', fullMinutes)
}

function countersOf(registry: Registry) {
  const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `heliograph_ingest_${name}`, help, labelNames, registers: [registry] })
  return {
    messages: new PlainCounter<MessageOutcome>({
      name: 'heliograph_ingest_messages_total',
      help: 'Telemetry messages by how they were decided',
      ...{ labelName: 'outcome', registers: [registry] },
    }),
    dropped: new PlainCounter<UndecidedError['reason'] | 'quota'>({
      name: 'heliograph_ingest_dropped_total',
      help: 'Messages of QoS 0 that were not stored, by reason',
      ...{ labelName: 'reason', registers: [registry] },
    }),
    samples: counter('samples_total', 'Samples that were committed'),
    setAside: counter('set_aside_total', 'Telemetry messages that could not be stored and were set aside'),
    rolledUpAgain: counter('rolled_up_again_total', 'Roll-ups computed again after corrections', [
      'resolution',
    ]),
    storeFailures: counter('store_failures_total', 'Commits that failed and were tried again'),
  }
}

function histogramsOf(registry: Registry) {
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `heliograph_ingest_${name}`, help, buckets, registers: [registry] })
  return {
    decisionSeconds: histogram(
      'decision_seconds',
      'Time from the arrival of a batch’s oldest message to its decision',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
    ),
    batchMessages: histogram(
      'batch_messages',
      'Messages in a committed batch',
      [1, 3, 10, 30, 100, 300, 1_000, 3_000],
    ),
    batchRows: histogram(
      'batch_samples',
      'Samples in a committed batch',
      [1, 10, 50, 100, 500, 1_000, 2_500, 5_000, 10_000],
    ),
    commitSeconds: histogram(
      'commit_seconds',
      'Time from closing a batch to its commit',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    ),
  }
}
