import { presence } from '@heliograph/protocol'
import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import { KeyedQueue } from './keyed-queue.js'
import { presenceLimits } from './presence-limits.js'
import { endStalePresence } from './presence-restorer.js'
import { type PresenceChange, PresenceTracker, type PresentDevice } from './presence-tracker.js'
import { PresenceWriter } from './presence-writer.js'

/** The presence of devices: published as a retained message at once, and written to the database. */
@Injectable()
export class PresenceService {
  private readonly logger = new Logger(PresenceService.name)
  private readonly announcements = new KeyedQueue<number>()
  private readonly writer: PresenceWriter
  readonly tracker = new PresenceTracker((device, change) => this.announce(device, change))

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
    private readonly publisher: PlatformPublisher,
  ) {
    const { rowsPerMinute } = presenceLimits.values(config.limits)
    this.writer = new PresenceWriter(database.pools.ingest, rowsPerMinute, (error) =>
      this.logger.warn(`presence waits for the database: ${error instanceof Error ? error.message : error}`),
    )
  }

  /** Publishes devices as offline that were online when the platform was killed. Call it before clients can connect. */
  async restore(): Promise<void> {
    const ended = await endStalePresence(this.database.pools.background)
    if (ended.length > 0) this.logger.warn(`${ended.length} devices were online when the platform ended`)
    await Promise.all(
      ended.map(({ organizationSlug, deviceId, ...state }) => {
        const topic = presence.topic({ org: organizationSlug, device: deviceId })
        return this.publisher.publish(topic, presence.encode(state), { qos: 1, retain: true })
      }),
    )
  }

  /** Runs a task after the announcements of a device that were made so far. */
  afterAnnouncements(deviceKey: number, task: () => Promise<void>): Promise<void> {
    return this.announcements.run(deviceKey, task)
  }

  /** Reports all devices as offline, and waits at most `timeoutMs` until that is written. */
  async close(timeoutMs: number): Promise<void> {
    this.tracker.stop()
    await this.writer.close(timeoutMs)
  }

  private announce(device: PresentDevice, change: PresenceChange): void {
    this.writer.push(device.deviceKey, change)
    const { takeOvers: _, ...state } = change
    const topic = presence.topic({ org: device.organizationSlug, device: device.deviceId })
    this.announcements
      .run(device.deviceKey, () =>
        this.publisher.publish(topic, presence.encode(state), { qos: 1, retain: true }),
      )
      .catch((error: unknown) => this.logger.error(`presence of ${topic} was not announced: ${error}`))
  }
}
