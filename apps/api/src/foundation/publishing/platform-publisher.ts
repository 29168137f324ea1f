import { Injectable } from '@nestjs/common'

export interface PublishOptions {
  qos: 0 | 1 | 2
  retain?: boolean
}

/** What publishes the platform's messages: the broker, once it runs. */
export interface MessageSink {
  publish(message: { topic: string; payload: Buffer } & PublishOptions): Promise<void>
}

/** Publishes as the platform. Declared here, so that services need not know the broker. */
@Injectable()
export class PlatformPublisher {
  private sink: MessageSink | null = null

  attach(sink: MessageSink): void {
    this.sink = sink
  }

  detach(): void {
    this.sink = null
  }

  /** Does nothing before the broker has started and after it has ended: nobody is connected then. */
  async publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    await this.sink?.publish({ topic, payload: Buffer.from(payload), ...options })
  }
}
