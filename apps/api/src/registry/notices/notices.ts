import { type Notice, notices } from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Refused } from '../../foundation/events/platform-events.js'
import { RateLimiter } from '../../foundation/limits/rate-limiter.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import { ClientTexts } from '../../foundation/secrets/client-texts.js'

/** A device gets 20 notices at once, then two each second. */
const noticeLimit = { burst: 20, refillMs: 500, maxKeys: 50_000 }

export interface Recipient {
  organizationId: number
  organizationSlug: string
  deviceKey: number
  deviceId: string
}

/** Tells a device, and subscribers of its notices, what is wrong with its messages. Limited per device. */
@Injectable()
export class Notices {
  private readonly logger = new Logger(Notices.name)
  private readonly limiter = new RateLimiter<number>(noticeLimit)

  constructor(
    private readonly publisher: PlatformPublisher,
    private readonly events: EventBus,
    private readonly texts: ClientTexts,
  ) {}

  /**
   * Tells of a refusal, and records it. `about` is how many messages the notice stands for, and from where they came, if
   * that is known.
   */
  send(device: Recipient, notice: Notice, about: Pick<Refused, 'count' | 'remoteAddress'> = {}): void {
    const { organizationId, deviceId } = device
    void this.events.emit('refused', { ...notice, ...about, organizationId, device: deviceId })
    this.inform(device, notice)
  }

  /** Tells of what the device should correct, although nothing was refused. */
  inform(device: Recipient, notice: Notice): void {
    if (this.limiter.take(device.deviceKey) > 0) return
    const topic = notices.topic({ org: device.organizationSlug, device: device.deviceId })
    this.publisher
      .publish(topic, notices.encode(this.withoutSecrets(notice)), { qos: notices.qos })
      .catch((error: unknown) => this.logger.error(`a notice on ${topic} was not published: ${error}`))
  }

  /** Everybody who may read the device's topics reads them. */
  private withoutSecrets(notice: Notice): Notice {
    const { topic, detail } = notice
    return {
      ...notice,
      topic: this.texts.withoutSecrets(topic),
      detail: this.texts.withoutSecrets(detail),
    }
  }
}
