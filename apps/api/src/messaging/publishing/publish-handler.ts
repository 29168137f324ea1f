import type {
  ClientInfo,
  MaybePromise,
  PublishDecision,
  PublishedMessage,
  PublishRefusal,
} from '@heliograph/broker'
import {
  canRetain,
  checkJsonBounds,
  command,
  type DeviceEvent,
  events,
  isOfSetClock,
  type JsonBounds,
  PayloadError,
  reply,
  reported,
} from '@heliograph/protocol'
import { Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import { jsonLimits } from '../../foundation/limits/json-limits.js'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { ClockNotices } from '../../registry/notices/clock-notices.js'
import { Notices } from '../../registry/notices/notices.js'
import { ActivityService } from '../../registry/presence/activity.service.js'
import { IngestService } from '../../telemetry/ingest/ingest.service.js'
import { IngestLatency } from '../../telemetry/ingest/ingest-latency.js'
import { Traffic } from '../../telemetry/ingest/traffic.js'
import type { IngestOutcome, Refusal } from '../../telemetry/samples/sample.js'
import {
  type ConnectionPrincipal,
  type DeviceClient,
  type DeviceConnection,
  isDeviceClient,
} from '../connections/connection-principal.js'
import { annotateTime } from './annotate-stored.js'
import { PendingPublish } from './pending-publish.js'
import { deviceDeleted, noChannel, refusalOf } from './publish-refusals.js'
import { type TelemetryHandler, UnacknowledgedPublish } from './unacknowledged-publish.js'

/** The channels of a device other than telemetry. Their payload is checked, and they are not stored. */
const otherDeviceChannels = [events, reported, reply]

/** Decides each allowed message before it is acknowledged or delivered. */
@Injectable()
export class PublishHandler {
  private readonly logger = new Logger(PublishHandler.name)
  /** The timings of messages that are measured or traced, until they are acknowledged. */
  private readonly unacknowledged = new WeakMap<PublishedMessage, MessageTiming>()
  private readonly bounds: JsonBounds
  private readonly telemetry: TelemetryHandler = {
    conclude: (client, topic, outcome, timing) => this.conclude(client, topic, outcome, timing),
    // QoS 0 has no acknowledgement, so the message has passed its last step.
    passed: (timing) => this.timings.acknowledged(timing),
    clockNotSet: (client, topic, ts) => this.clocks.send(client.principal, topic, ts),
    dropped: (client, error, timing) => {
      this.ingest.drop(client.principal, error)
      this.timings.decided(timing, 'dropped')
    },
  }

  constructor(
    private readonly ingest: IngestService,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly notices: Notices,
    private readonly clocks: ClockNotices,
    private readonly credentials: CredentialVerifier,
    private readonly publisher: PlatformPublisher,
    private readonly timings: IngestLatency,
    private readonly bus: EventBus,
    @Inject(CONFIG) config: Config,
  ) {
    this.bounds = jsonLimits.values(config.limits)
  }

  decide(client: ClientInfo<ConnectionPrincipal>, message: PublishedMessage): MaybePromise<PublishDecision> {
    if (!isDeviceClient(client)) return this.checkGranted(client, message)
    const { principal } = client
    // A retained will of a deleted device would reach the next device with its id.
    if (this.credentials.wasDeleted(principal)) return deviceDeleted
    // It clears what is retained, and is no payload of the channel: where nothing is ever retained nobody is sent it.
    if (message.retain && message.payload.length === 0) return canRetain(message.topic) ? 'forward' : 'drop'
    if (message.topic !== principal.telemetryTopic) return this.checkPayload(client, message)
    const awaited = message.qos > 0
    const delivery = awaited ? 'acknowledged' : 'unacknowledged'
    const timing = this.timings.begin('mqtt', delivery, () => describe(principal, client.clientId, message))
    return awaited ? this.store(client, message, timing) : this.forwardAndStore(client, message, timing)
  }

  /** Called by the broker when a message has been delivered and acknowledged. */
  acknowledged(message: PublishedMessage): void {
    const timing = this.unacknowledged.get(message)
    if (timing !== undefined) this.timings.acknowledged(timing)
  }

  /** QoS 1 and 2: the acknowledgement waits for the decision. Rejects when the message stays undecided. */
  private store(
    client: DeviceClient,
    message: PublishedMessage,
    timing: MessageTiming | null,
  ): MaybePromise<PublishDecision> {
    const device = client.principal
    const pending = new PendingPublish(
      {
        onDecided: (outcome) => this.conclude(client, message.topic, outcome, timing),
        // After a crash its client would send it again, and subscribers of QoS 2 would get it twice [MQTT-4.3.3-2].
        onForward: message.qos === 2 ? null : () => this.forwardEarly(message),
        onUndecided: () => this.timings.decided(timing, 'undecided'),
        onClockNotSet: (ts) => this.clocks.send(device, message.topic, ts),
        onAccepted: (assignedUs) => annotateTime(message, assignedUs),
      },
      timing,
    )
    if (timing !== null) this.unacknowledged.set(message, timing)
    this.ingest.ingest(device, message.payload, pending, 'acknowledged')
    return pending.decision()
  }

  /** QoS 0: subscribers get the message at once. When the ingest quota is used up it is not stored, but counted as dropped. */
  private forwardAndStore(
    client: DeviceClient,
    message: PublishedMessage,
    timing: MessageTiming | null,
  ): PublishDecision {
    const listener = new UnacknowledgedPublish(this.telemetry, client, message, timing)
    this.ingest.ingest(client.principal, message.payload, listener, 'unacknowledged')
    return listener.forward()
  }

  private conclude(
    client: DeviceClient,
    topic: string,
    outcome: IngestOutcome,
    timing: MessageTiming | null,
  ): PublishDecision {
    this.timings.decided(timing, outcome.stored ? 'stored' : 'refused')
    if (!outcome.stored) return this.refuse(client, topic, outcome.refusal)
    return this.credentials.wasDeleted(client.principal) ? deviceDeleted : 'forward'
  }

  /** Published by the platform, which may retain anything: so without the device's retain flag. */
  private async forwardEarly({ topic, payload, qos, properties }: PublishedMessage): Promise<boolean> {
    try {
      await this.publisher.publish(topic, payload, { qos, properties })
      return true
    } catch (error) {
      this.logger.warn(`a message on ${topic} was not delivered before it was stored: ${error}`)
      return false
    }
  }

  private checkPayload(client: DeviceClient, { topic, payload }: PublishedMessage): PublishDecision {
    const device = client.principal
    this.traffic.countMessage(device.organizationId)
    const channel = otherDeviceChannels.find((candidate) => candidate.match(topic) !== null)
    if (channel === undefined) return noChannel
    try {
      checkJsonBounds(payload, this.bounds)
      if (channel === events) this.checkClock(device, topic, events.decode(payload))
      else channel.decode(payload)
      this.activity.writer.touch(device.deviceKey)
      return 'forward'
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error
      return this.refuse(client, topic, { code: 'payload_invalid', detail: error.message })
    }
  }

  /** Below apps any payload is allowed, and people publish nowhere else. A command is what a device expects. */
  private checkGranted(
    { principal }: ClientInfo<ConnectionPrincipal>,
    { topic, payload }: PublishedMessage,
  ): PublishDecision {
    if (principal.kind !== 'application' || command.match(topic) === null) return 'forward'
    try {
      checkJsonBounds(payload, this.bounds)
      command.decode(payload)
      return 'forward'
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error
      const { message: detail } = error
      const { organizationId } = principal
      void this.bus.emit('refused', { organizationId, code: 'payload_invalid', topic, detail })
      return refusalOf({ code: 'payload_invalid', detail })
    }
  }

  private checkClock(device: DeviceConnection, topic: string, { ts }: DeviceEvent): void {
    if (ts !== undefined && !isOfSetClock(ts)) this.clocks.send(device, topic, ts)
  }

  /** Sends the notice, and returns the same as a client of MQTT 5 gets it in its acknowledgement. */
  private refuse(
    { principal, remoteAddress }: DeviceClient,
    topic: string,
    { code, detail }: Refusal,
  ): PublishRefusal {
    this.notices.send(principal, { code, topic, detail }, { remoteAddress })
    return refusalOf({ code, detail })
  }
}

function describe(device: DeviceConnection, clientId: string, { topic, payload, qos }: PublishedMessage) {
  return { topic, clientId, organization: device.organizationSlug, payloadBytes: payload.length, qos }
}
