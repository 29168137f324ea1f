import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common'
import { Database } from '../database/database.service.js'
import { EventBus } from '../events/event-bus.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { ActivityService } from '../presence/activity.service.js'
import type { BatchMessage } from './committer.js'
import { ingestMetrics } from './ingest-metrics.js'
import type { MessageTrail } from './message-trail.js'
import { Pipeline } from './pipeline.js'
import { type IngestOutcome, type SourceDevice, UndecidedError } from './sample.js'
import { deleteOrphans, deleteTelemetry } from './telemetry-cleanup.js'
import { Traffic } from './traffic.js'
import { Trails } from './trails.js'

const closeTimeoutMs = 2_000

/** Takes telemetry in, from MQTT and HTTP alike. */
@Injectable()
export class IngestService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(IngestService.name)
  private readonly pipeline: Pipeline
  private readonly metrics: ReturnType<typeof ingestMetrics>
  private failing = false

  constructor(
    private readonly database: Database,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly trails: Trails,
    events: EventBus,
    metrics: MetricsRegistry,
  ) {
    this.pipeline = new Pipeline({
      pool: database.pool,
      activity: activity.writer,
      onFailure: (error) => this.noteFailure(error),
      onCommitted: (batch, rows, durationMs) => this.noteCommit(batch, rows, durationMs),
    })
    this.metrics = ingestMetrics(metrics.registry, () => this.pipeline.waiting)
    events.on('device.deleted', ({ deviceKey }) => this.forgetDevice(deviceKey))
  }

  /** Clears what a platform that ended halfway left of deleted devices. */
  async start(): Promise<void> {
    await deleteOrphans(this.database.pool)
  }

  /**
   * Settles when the message is decided: committed, or refused for good. Rejects with an UndecidedError when it is
   * not, because the database is away and no more may wait. QoS 0 gets the smaller half of the waiting room.
   */
  async ingest(
    device: SourceDevice,
    payload: Uint8Array,
    options: { qos0: boolean; trail: MessageTrail },
  ): Promise<IngestOutcome> {
    this.activity.writer.touch(device.deviceKey)
    this.traffic.countMessage(device.organizationId)
    try {
      const outcome = await this.pipeline.ingest(device, payload, options)
      this.count(options.trail, outcome.stored ? 'stored' : 'refused')
      if (!outcome.stored) this.metrics.refusals.inc({ reason: outcome.refusal.code })
      if (outcome.stored) this.traffic.countSamples(device.organizationId, outcome.samples)
      return outcome
    } catch (error) {
      if (error instanceof UndecidedError) this.count(options.trail, options.qos0 ? 'dropped' : 'undecided')
      throw error
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.pipeline.close(closeTimeoutMs)
  }

  private count(trail: MessageTrail, outcome: NonNullable<MessageTrail['outcome']>): void {
    this.metrics.messages.inc({ outcome })
    this.trails.decided(trail, outcome)
  }

  private noteCommit(batch: readonly BatchMessage[], rows: number, durationMs: number): void {
    this.trails.committed(
      batch.map(({ trail }) => trail),
      rows,
    )
    this.metrics.samples.inc(rows)
    this.metrics.batchMessages.observe(batch.length)
    this.metrics.batchRows.observe(rows)
    this.metrics.commitSeconds.observe(durationMs / 1_000)
    if (this.failing) this.logger.log('telemetry is being stored again')
    this.failing = false
  }

  private noteFailure(error: unknown): void {
    this.metrics.storeFailures.inc()
    if (this.failing) return
    this.failing = true
    this.logger.error(
      `telemetry waits, nothing is acknowledged: ${error instanceof Error ? error.message : error}`,
    )
  }

  /** The rows may be many and nobody can read them any more, so whoever deletes a device does not wait for them. */
  private forgetDevice(deviceKey: number): void {
    this.pipeline
      .forgetDevice(deviceKey)
      .then(() => deleteTelemetry(this.database.pool, deviceKey))
      .catch((error: unknown) =>
        this.logger.warn(`telemetry of a deleted device is left until the next start: ${error}`),
      )
  }
}
