import type { ClientInfo, MaybePromise, PublishDecision, PublishedMessage } from '@heliograph/broker'
import { events, type NoticeCode, PayloadError, reply, reported } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { CredentialVerifier } from '../credentials/credential-verifier.js'
import { IngestService } from '../ingest/ingest.service.js'
import { type IngestOutcome, UndecidedError } from '../ingest/sample.js'
import { Traffic } from '../ingest/traffic.js'
import { ActivityService } from '../presence/activity.service.js'
import type { ConnectionPrincipal, DeviceConnection } from './connection-principal.js'
import { Notices } from './notices.js'

/** What a device may say beside telemetry; only its payload is checked so far. */
const otherDeviceChannels = [events, reported, reply]

/** Decides each allowed message before it is acknowledged or delivered. */
@Injectable()
export class PublishHandler {
  constructor(
    private readonly ingest: IngestService,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly notices: Notices,
    private readonly credentials: CredentialVerifier,
  ) {}

  decide(client: ClientInfo<ConnectionPrincipal>, message: PublishedMessage): MaybePromise<PublishDecision> {
    const { principal } = client
    // The access rule lets people publish to app topics alone, and those carry anything.
    if (principal.kind === 'person') return 'forward'
    // Its will, for one: retained, it would be there for the next device of that id.
    if (this.credentials.wasDeleted(principal.deviceKey)) return 'drop'
    if (message.topic !== principal.telemetryTopic) return this.checkPayload(principal, message)
    return message.qos === 0 ? this.takeUnacknowledged(principal, message) : this.store(principal, message)
  }

  /** The acknowledgement waits for what becomes of it; a rejection means that nobody knows. */
  private async store(device: DeviceConnection, message: PublishedMessage): Promise<PublishDecision> {
    return this.conclude(device, message.topic, await this.ingest.ingest(device, message.payload))
  }

  /** QoS 0 waits for nothing: whoever watches sees it at once, and what finds no room is dropped, and said so. */
  private takeUnacknowledged(
    device: DeviceConnection,
    message: PublishedMessage,
  ): MaybePromise<PublishDecision> {
    const { topic } = message
    const outcome = this.ingest.ingest(device, message.payload, { qos0: true }).then(
      (decided) => this.conclude(device, topic, decided),
      (error: unknown) => {
        if (!(error instanceof UndecidedError)) throw error
        this.refuse(device, topic, 'telemetry_dropped', `not stored: ${error.message}`)
        return 'forward' as const
      },
    )
    return Promise.race([outcome, soon()])
  }

  private conclude(device: DeviceConnection, topic: string, outcome: IngestOutcome): PublishDecision {
    if (outcome.stored) return this.credentials.wasDeleted(device.deviceKey) ? 'drop' : 'forward'
    this.refuse(device, topic, outcome.refusal.code, outcome.refusal.detail)
    return 'drop'
  }

  private checkPayload(device: DeviceConnection, { topic, payload }: PublishedMessage): PublishDecision {
    this.activity.writer.touch(device.deviceKey)
    this.traffic.countMessage(device.organizationId)
    const channel = otherDeviceChannels.find((candidate) => candidate.match(topic) !== null)
    if (channel === undefined) return 'drop'
    try {
      channel.decode(payload)
      return 'forward'
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error
      this.refuse(device, topic, 'payload_invalid', error.message)
      return 'drop'
    }
  }

  private refuse(device: DeviceConnection, topic: string, code: NoticeCode, detail: string): void {
    this.notices.send(device, { code, topic, detail })
  }
}

/** `forward`, unless what it races with settles in the same turn: a payload that is refused at once is not sent on. */
function soon(): Promise<PublishDecision> {
  return new Promise((resolve) => setImmediate(() => resolve('forward')))
}
