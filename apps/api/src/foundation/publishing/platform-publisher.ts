import { Injectable } from '@nestjs/common'

export interface PublishOptions {
  qos: 0 | 1 | 2
  retain?: boolean
}

/** Publishes the platform's messages: implemented by the broker. */
export interface MessageSink {
  publish(message: { topic: string; payload: Buffer } & PublishOptions): Promise<void>
}

/** Publishes messages of the platform. Declared here, so that services need not import the broker. */
@Injectable()
export class PlatformPublisher {
  private sink: MessageSink | null = null

  attach(sink: MessageSink): void {
    this.sink = sink
  }

  detach(): void {
    this.sink = null
  }

  /** Does nothing before the broker has started and after it has stopped, as no client is connected then. */
  async publish(topic: string, payload: Uint8Array, options: PublishOptions): Promise<void> {
    await this.sink?.publish({ topic, payload: Buffer.from(payload), ...options })
  }
}
