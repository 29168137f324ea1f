import { Injectable } from '@nestjs/common'

type UserProperty = readonly [name: string, value: string]

/** The properties of a message of MQTT 5, as the broker gives them. */
export interface ReceivedProperties {
  readonly contentType: string | undefined
  readonly responseTopic: string | undefined
  readonly correlationData: Buffer | undefined
  readonly userProperties: readonly UserProperty[]
  readonly isText: boolean
  readonly expiresAt: number | null
}

export interface PublishOptions {
  qos: 0 | 1 | 2
  retain?: boolean
  /** Of MQTT 5: those of a message that a client published, passed on as they are. */
  properties?: ReceivedProperties | null
  /** Of MQTT 5, added behind those of `properties`. */
  userProperties?: readonly UserProperty[]
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
