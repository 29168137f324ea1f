import type { Broker } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import type { ConnectionPrincipal } from './connection-principal.js'

export interface PublishOptions {
  qos: 0 | 1 | 2
  retain?: boolean
}

/** Publishes as the platform. Apart from the broker's host, so that services need not know where the broker is. */
@Injectable()
export class PlatformPublisher {
  private broker: Broker<ConnectionPrincipal> | null = null

  attach(broker: Broker<ConnectionPrincipal>): void {
    this.broker = broker
  }

  detach(): void {
    this.broker = null
  }

  /** Without a broker, before the start and after the end, there is nobody to tell. */
  async publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    await this.broker?.publish({ topic, payload: Buffer.from(payload), ...options })
  }
}
