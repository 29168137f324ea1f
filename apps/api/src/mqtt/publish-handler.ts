import type { ClientInfo, MaybePromise, PublishDecision, PublishedMessage } from '@heliograph/broker'
import { events, type NoticeCode, PayloadError, reply, reported } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { CredentialVerifier } from '../credentials/credential-verifier.js'
import { IngestService } from '../ingest/ingest.service.js'
import type { MessageTrail } from '../ingest/message-trail.js'
import { type IngestOutcome, UndecidedError } from '../ingest/sample.js'
import { Traffic } from '../ingest/traffic.js'
import { Trails } from '../ingest/trails.js'
import { ActivityService } from '../presence/activity.service.js'
import type { ConnectionPrincipal, DeviceConnection } from './connection-principal.js'
import { Notices } from './notices.js'

/** What a device may say beside telemetry; only its payload is checked so far. */
const otherDeviceChannels = [events, reported, reply]

/** Decides each allowed message before it is acknowledged or delivered. */
@Injectable()
export class PublishHandler {
  private readonly unsettled = new WeakMap<PublishedMessage, MessageTrail>()

  constructor(
    private readonly ingest: IngestService,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly notices: Notices,
    private readonly credentials: CredentialVerifier,
    private readonly trails: Trails,
  ) {}

  decide(client: ClientInfo<ConnectionPrincipal>, message: PublishedMessage): MaybePromise<PublishDecision> {
    const { principal } = client
    // The access rule lets people publish to app topics alone, and those carry anything.
    if (principal.kind === 'person') return 'forward'
    // Its will, for one: retained, it would be there for the next device of that id.
    if (this.credentials.wasDeleted(principal.deviceKey)) return 'drop'
    if (message.topic !== principal.telemetryTopic) return this.checkPayload(principal, message)
    const awaited = message.qos > 0
    const trail = this.trails.begin(() => describe(principal, client.clientId, message), { awaited })
    if (!awaited) return this.takeUnacknowledged(principal, message, trail)
    this.unsettled.set(message, trail)
    return this.store(principal, message, trail)
  }

  /** Subscribers have the message, and its sender the acknowledgement. */
  settled(message: PublishedMessage): void {
    const trail = this.unsettled.get(message)
    if (trail !== undefined) this.trails.settled(trail)
  }

  /** The acknowledgement waits for what becomes of it; a rejection means that nobody knows. */
  private async store(
    device: DeviceConnection,
    message: PublishedMessage,
    trail: MessageTrail,
  ): Promise<PublishDecision> {
    const outcome = await this.ingest.ingest(device, message.payload, { qos0: false, trail })
    return this.conclude(device, message.topic, outcome)
  }

  /** QoS 0 waits for nothing: whoever watches sees it at once, and what finds no room is dropped, and said so. */
  private takeUnacknowledged(
    device: DeviceConnection,
    message: PublishedMessage,
    trail: MessageTrail,
  ): MaybePromise<PublishDecision> {
    const { topic } = message
    const outcome = this.ingest.ingest(device, message.payload, { qos0: true, trail }).then(
      (decided) => {
        // It was sent on long ago, and nobody waits for an acknowledgement.
        this.trails.settled(trail)
        return this.conclude(device, topic, decided)
      },
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

function describe(device: DeviceConnection, clientId: string, { topic, payload, qos }: PublishedMessage) {
  const { organizationSlug: organization } = device
  return { system: 'mqtt' as const, topic, clientId, organization, payloadBytes: payload.length, qos }
}

/** `forward`, unless what it races with settles in the same turn: a payload that is refused at once is not sent on. */
function soon(): Promise<PublishDecision> {
  return new Promise((resolve) => setImmediate(() => resolve('forward')))
}
