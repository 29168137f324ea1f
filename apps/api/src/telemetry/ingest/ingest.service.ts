import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { HealthChecks } from '../../foundation/health/health-checks.js'
import { jsonLimits } from '../../foundation/limits/json-limits.js'
import { GroupedLog } from '../../foundation/logging/grouped-log.js'
import { MetricsRegistry } from '../../foundation/metrics/metrics-registry.js'
import type { Delivery } from '../../foundation/tracing/message-timing.js'
import { Notices } from '../../registry/notices/notices.js'
import { ActivityService } from '../../registry/presence/activity.service.js'
import { dayMs } from '../retention/retention.js'
import { RetentionService } from '../retention/retention.service.js'
import type { IngestListener, Refusal, SourceDevice, UndecidedError } from '../samples/sample.js'
import type { BatchMessage } from '../storage/batch.js'
import { CorrectionBacklog } from '../storage/correction-backlog.js'
import { correctionLimits } from '../storage/correction-limits.js'
import { CorrectionWorker } from '../storage/correction-worker.js'
import { deleteOrphans, deleteTelemetry } from '../storage/delete-telemetry.js'
import { keyLimits } from '../storage/key-limits.js'
import { Partitions } from '../storage/partitions.js'
import { deleteOldSetAside } from '../storage/set-aside.js'
import { setAsideLimits } from '../storage/set-aside-limits.js'
import { StoreState } from '../storage/store-state.js'
import { UsageService } from '../usage/usage.service.js'
import { commitLimits } from './commit-limits.js'
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
  private readonly corrections: CorrectionWorker
  private readonly problems = new GroupedLog((line) => this.logger.warn(line))
  private readonly setAsideDays: number
  private readonly metrics: ReturnType<typeof ingestMetrics>
  private readonly drops: DropNotices
  private failing = false
  private dailyTimer: NodeJS.Timeout | undefined

  constructor(
    private readonly database: Database,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly retention: RetentionService,
    private readonly store: StoreState,
    private readonly usage: UsageService,
    latency: IngestLatency,
    notices: Notices,
    events: EventBus,
    metrics: MetricsRegistry,
    health: HealthChecks,
    @Inject(CONFIG) config: Config,
  ) {
    this.partitions = new Partitions(database.pools.ingest)
    this.drops = new DropNotices(notices)
    const limits = correctionLimits.values(config.limits)
    const setAside = setAsideLimits.values(config.limits)
    this.setAsideDays = setAside.keptDays
    const backlog = new CorrectionBacklog(limits.staleMinutes)
    this.corrections = new CorrectionWorker({
      pool: database.pools.background,
      backlog,
      limits,
      onFailure: (error) => this.noteRollUpFailure(error),
      onRolledUp: (resolution) => this.metrics.rolledUpAgain.inc({ resolution }),
    })
    this.pipeline = new Pipeline({
      pool: database.pools.ingest,
      partitions: this.partitions,
      activity: activity.writer,
      store,
      quota: ingestLimits.values(config.limits),
      corrections: limits,
      setAside,
      keys: keyLimits.values(config.limits),
      commits: commitLimits.values(config.limits),
      backlog,
      bounds: jsonLimits.values(config.limits),
      oldestMs: (organizationId, nowMs) => retention.oldestMs(organizationId, nowMs),
      onFailure: (error) => this.noteFailure(error),
      onRejected: (outcome) => this.metrics.messages.inc(outcome),
      onHeartbeat: () => this.metrics.messages.inc('stored'),
      onStored: (organizationId, samples) => {
        traffic.countSamples(organizationId, samples)
        usage.countSamples(organizationId, samples)
      },
      onSetAside: (message, reason) => this.noteSetAside(message, reason),
      onCommitted: (counts) => this.noteCommit(counts),
      onTimed: (timings, batch) => latency.committed(timings, batch),
    })
    this.metrics = ingestMetrics(metrics.registry, {
      waiting: () => this.pipeline.waiting,
      staleBuckets: () => backlog.total,
      fullMinutes: () => this.pipeline.fullMinutes,
    })
    events.on('device.deleted', ({ deviceKey }) => this.forgetDevice(deviceKey))
    health.register('telemetry', () => {
      const { state, reason } = store.current
      if (state === 'away') throw new Error(`is not stored: ${reason}`)
    })
  }

  /** To be called before the first message: makes partitions, and deletes what a platform that was stopped left behind. */
  async start(): Promise<void> {
    await this.partitions.ahead()
    this.dailyTimer = setInterval(() => {
      // A batch that finds a partition missing makes it, so a day on which this fails does no harm.
      Promise.all([this.partitions.ahead(), this.deleteOldSetAside()]).catch((error: unknown) =>
        this.noteFailure(error),
      )
    }, dayMs).unref()
    await this.retention.start()
    await this.usage.start()
    await deleteOrphans(this.database.pools.background)
    await this.deleteOldSetAside()
    this.corrections.start()
  }

  /**
   * Takes a message in. The listener is called when it is decided, stored or refused; or when it stays undecided, because
   * the database is away and no more may wait. Messages without acknowledgement may use half of the quota.
   */
  ingest(device: SourceDevice, payload: Buffer, listener: IngestListener, delivery: Delivery): void {
    this.traffic.countMessage(device.organizationId)
    const refusal = this.usage.admit(device.organizationId, payload.length)
    if (refusal !== null) {
      this.refuse(device, refusal, listener, delivery)
      return
    }
    this.pipeline.ingest(device, payload, listener, delivery)
  }

  /** Decides a message past a quota, so that its device does not send it again. */
  private refuse(device: SourceDevice, refusal: Refusal, listener: IngestListener, delivery: Delivery): void {
    const dropped = delivery === 'unacknowledged'
    this.metrics.messages.inc(dropped ? 'dropped' : 'refused')
    if (dropped) {
      this.metrics.dropped.inc('quota')
      this.activity.writer.countDropped(device.deviceKey)
    }
    listener.decided({ stored: false, refusal })
  }

  /** Counts a message that was dropped, and tells its device. */
  drop(device: SourceDevice, error: UndecidedError): void {
    this.metrics.dropped.inc(error.reason)
    this.activity.writer.countDropped(device.deviceKey)
    this.drops.note(device, error.message)
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.dailyTimer)
    this.drops.send()
    await Promise.all([this.pipeline.close(closeTimeoutMs), this.corrections.close()])
  }

  private noteCommit({ storedMessages, refusedMessages, samples, commitMs, waitedMs }: CommitCounts): void {
    this.metrics.messages.inc('stored', storedMessages)
    this.metrics.messages.inc('refused', refusedMessages)
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

  private noteRollUpFailure(error: unknown): void {
    const why = error instanceof Error ? error.message : error
    this.problems.note(
      'corrections',
      () => `the roll-up of corrected telemetry could not be computed, which is tried again: ${why}`,
    )
  }

  private noteSetAside({ organizationId, deviceKey }: BatchMessage, reason: string): void {
    this.metrics.setAside.inc()
    const who = `device ${deviceKey} of organization ${organizationId}`
    this.problems.note(
      'set aside',
      () => `telemetry of ${who} cannot be stored and was set aside for its administrators: ${reason}`,
    )
  }

  /** Deletes the telemetry of devices that do not exist any more; resolves when it is gone. */
  async deleteDevices(deviceKeys: readonly number[]): Promise<void> {
    for (const deviceKey of deviceKeys) await this.pipeline.forgetDevice(deviceKey)
    await deleteTelemetry(this.database.pools.background, deviceKeys)
  }

  private deleteOldSetAside(): Promise<void> {
    return deleteOldSetAside(this.database.pools.background, this.setAsideDays)
  }

  /** Deletes a device's telemetry in the background: there may be much of it, and it cannot be read any more. */
  private forgetDevice(deviceKey: number): void {
    this.pipeline
      .forgetDevice(deviceKey)
      .then(() => deleteTelemetry(this.database.pools.background, [deviceKey]))
      .catch((error: unknown) =>
        this.logger.warn(
          `telemetry of a deleted device could not be deleted, and will be at the next start: ${error}`,
        ),
      )
  }
}
