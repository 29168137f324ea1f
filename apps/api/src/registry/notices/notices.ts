import { type Notice, notices } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { Lru } from '../../foundation/caching/lru.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'

const windowMs = 10_000
const noticesPerWindow = 20

interface Addressee {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** Tells a device, and whoever watches it, why something was refused. At most 20 in 10 seconds and device. */
@Injectable()
export class Notices {
  private readonly logger = new Logger(Notices.name)
  private readonly windows = new Lru<number, { endsAtMs: number; count: number }>(50_000)

  constructor(
    private readonly publisher: PlatformPublisher,
    private readonly events: EventBus,
  ) {}

  /** `count` is how many messages the notice stands for. */
  send(device: Addressee, notice: Notice, { count }: { count?: number | undefined } = {}): void {
    const { organizationId, deviceId } = device
    void this.events.emit('refused', { ...notice, organizationId, device: deviceId, count })
    if (!this.allows(device.deviceKey)) return
    const topic = notices.topic({ org: device.organizationSlug, device: device.deviceId })
    this.publisher
      .publish(topic, notices.encode(notice), { qos: notices.qos })
      .catch((error: unknown) => this.logger.error(`no notice on ${topic}: ${error}`))
  }

  private allows(deviceKey: number): boolean {
    const now = Date.now()
    const window = this.windows.get(deviceKey)
    if (window === undefined || window.endsAtMs <= now) {
      this.windows.set(deviceKey, { endsAtMs: now + windowMs, count: 1 })
      return true
    }
    window.count += 1
    return window.count <= noticesPerWindow
  }
}
