import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { HealthChecks } from '../../foundation/health/health-checks.js'
import { jsonLimits } from '../../foundation/limits/json-limits.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import type { Delivery } from '../../foundation/tracing/message-timing.js'
import { Notices } from '../../registry/notices/notices.js'
import { ActivityService } from '../../registry/presence/activity.service.js'
import { dayMs } from '../retention/retention.js'
import { RetentionService } from '../retention/retention.service.js'
import type { IngestListener, SourceDevice, UndecidedError } from '../samples/sample.js'
import { deleteOrphans, deleteTelemetry } from '../storage/delete-telemetry.js'
import { Partitions } from '../storage/partitions.js'
import { StoreState } from '../storage/store-state.js'
import { DropNotices } from './drop-notices.js'
import { IngestLatency } from './ingest-latency.js'
import { ingestLimits } from './ingest-limits.js'
import { ingestMetrics } from './ingest-metrics.js'
import { type CommitCounts, Pipeline } from './pipeline.js'
import { Traffic } from './traffic.js'

const closeTimeoutMs = 2_000

/** Takes telemetry in, from MQTT and HTTP alike. */
@Injectable()
export class IngestService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(IngestService.name)
  private readonly partitions: Partitions
  private readonly pipeline: Pipeline
  private readonly metrics: ReturnType<typeof ingestMetrics>
  private readonly drops: DropNotices
  private failing = false
  private partitionTimer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly retention: RetentionService,
    private readonly store: StoreState,
    latency: IngestLatency,
    notices: Notices,
    events: EventBus,
    metrics: MetricsRegistry,
    health: HealthChecks,
    @Inject(CONFIG) config: Config,
  ) {
    this.partitions = new Partitions(database.pool)
    this.drops = new DropNotices(notices)
    this.pipeline = new Pipeline({
      pool: database.pool,
      partitions: this.partitions,
      activity: activity.writer,
      store,
      quota: ingestLimits.values(config.limits),
      bounds: jsonLimits.values(config.limits),
      oldestMs: (organizationId, nowMs) => retention.oldestMs(organizationId, nowMs),
      onFailure: (error) => this.noteFailure(error),
      onRejected: (outcome) => this.metrics.messages.inc({ outcome }),
      onHeartbeat: () => this.metrics.messages.inc({ outcome: 'stored' }),
      onStored: (organizationId, samples) => traffic.countSamples(organizationId, samples),
      onCommitted: (counts) => this.noteCommit(counts),
      onTimed: (timings, batch) => latency.committed(timings, batch),
    })
    this.metrics = ingestMetrics(metrics.registry, () => this.pipeline.waiting)
    events.on('device.deleted', ({ deviceKey }) => this.forgetDevice(deviceKey))
    health.register('telemetry', () => {
      const { state, reason } = store.current
      if (state === 'away') throw new Error(`is not stored: ${reason}`)
    })
  }

  /** To be called before the first message: makes partitions, and deletes what a platform that was stopped left behind. */
  async start(): Promise<void> {
    await this.partitions.ahead(Date.now())
    this.partitionTimer = setInterval(() => {
      // A batch that finds a partition missing makes it, so a day on which this fails does no harm.
      this.partitions.ahead(Date.now()).catch((error: unknown) => this.noteFailure(error))
    }, dayMs).unref()
    await this.retention.start()
    await deleteOrphans(this.database.pool)
  }

  /**
   * Takes a message in. The listener is called when it is decided, stored or refused; or when it stays undecided, because
   * the database is away and no more may wait. Messages without acknowledgement may use half of the quota.
   */
  ingest(device: SourceDevice, payload: Buffer, listener: IngestListener, delivery: Delivery): void {
    this.traffic.countMessage(device.organizationId)
    this.pipeline.ingest(device, payload, listener, delivery)
  }

  /** Counts a message that was dropped, and tells its device. */
  drop(device: SourceDevice, error: UndecidedError): void {
    this.metrics.dropped.inc({ reason: error.reason })
    this.activity.writer.countDropped(device.deviceKey)
    this.drops.note(device, error.message)
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.partitionTimer)
    this.drops.send()
    await this.pipeline.close(closeTimeoutMs)
  }

  private noteCommit({ storedMessages, refusedMessages, samples, commitMs, waitedMs }: CommitCounts): void {
    this.metrics.messages.inc({ outcome: 'stored' }, storedMessages)
    this.metrics.messages.inc({ outcome: 'refused' }, refusedMessages)
    this.metrics.samples.inc(samples)
    this.metrics.batchRows.observe(samples)
    this.metrics.batchMessages.observe(storedMessages + refusedMessages)
    this.metrics.commitSeconds.observe(commitMs / 1_000)
    this.metrics.decisionSeconds.observe(waitedMs / 1_000)
    if (this.failing) this.logger.log('telemetry is being stored again')
    this.failing = false
  }

  private noteFailure(error: unknown): void {
    this.metrics.storeFailures.inc()
    if (this.failing || this.store.current.state !== 'away') return
    this.failing = true
    this.logger.error(
      `telemetry cannot be stored and is not acknowledged: ${error instanceof Error ? error.message : error}`,
    )
  }

  /** Deletes a device's telemetry in the background: there may be much of it, and it cannot be read any more. */
  private forgetDevice(deviceKey: number): void {
    this.pipeline
      .forgetDevice(deviceKey)
      .then(() => deleteTelemetry(this.database.pool, deviceKey))
      .catch((error: unknown) =>
        this.logger.warn(
          `telemetry of a deleted device could not be deleted, and will be at the next start: ${error}`,
        ),
      )
  }
}
