import type { ClientInfo, MaybePromise, PublishDecision, PublishedMessage } from '@heliograph/broker'
import {
  events,
  isPlainEvent,
  isPlainEventJson,
  type NoticeCode,
  PayloadError,
  reply,
  reported,
} from '@heliograph/protocol'
import { Injectable, Logger } from '@nestjs/common'
import { PlatformPublisher } from '../../foundation/publishing/platform-publisher.js'
import type { MessageTiming } from '../../foundation/tracing/message-timing.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { Notices } from '../../registry/notices/notices.js'
import { ActivityService } from '../../registry/presence/activity.service.js'
import { IngestService } from '../../telemetry/ingest/ingest.service.js'
import { IngestLatency } from '../../telemetry/ingest/ingest-latency.js'
import { Traffic } from '../../telemetry/ingest/traffic.js'
import type { IngestListener, IngestOutcome, UndecidedError } from '../../telemetry/samples/sample.js'
import type { ConnectionPrincipal, DeviceConnection } from '../connections/connection-principal.js'

/** What a device may say beside telemetry; only its payload is checked so far. */
const otherDeviceChannels = [events, reported, reply]

/** Decides each allowed message before it is acknowledged or delivered. */
@Injectable()
export class PublishHandler {
  private readonly logger = new Logger(PublishHandler.name)
  /** Messages that somebody follows, until they are acknowledged. */
  private readonly unsettled = new WeakMap<PublishedMessage, MessageTiming>()

  constructor(
    private readonly ingest: IngestService,
    private readonly activity: ActivityService,
    private readonly traffic: Traffic,
    private readonly notices: Notices,
    private readonly credentials: CredentialVerifier,
    private readonly publisher: PlatformPublisher,
    private readonly timings: IngestLatency,
  ) {}

  decide(client: ClientInfo<ConnectionPrincipal>, message: PublishedMessage): MaybePromise<PublishDecision> {
    const { principal } = client
    // The access rule lets people publish to app topics alone, and those carry anything.
    if (principal.kind === 'person') return 'forward'
    // Its will, for one: retained, it would be there for the next device of that id.
    if (this.credentials.wasDeleted(principal.deviceKey)) return 'drop'
    if (message.topic !== principal.telemetryTopic) return this.checkPayload(principal, message)
    const awaited = message.qos > 0
    const delivery = awaited ? 'acknowledged' : 'unacknowledged'
    const timing = this.timings.begin('mqtt', delivery, () => describe(principal, client.clientId, message))
    return awaited
      ? this.store(principal, message, timing)
      : this.takeUnacknowledged(principal, message, timing)
  }

  /** Its subscribers have the message, and its sender the acknowledgement. */
  settled(message: PublishedMessage): void {
    const timing = this.unsettled.get(message)
    if (timing !== undefined) this.timings.acknowledged(timing)
  }

  /** The acknowledgement waits for what becomes of it; a rejection means that nobody knows. */
  private store(
    device: DeviceConnection,
    message: PublishedMessage,
    timing: MessageTiming | null,
  ): MaybePromise<PublishDecision> {
    const publishing = new Publishing(
      {
        conclude: (outcome) => this.conclude(device, message.topic, outcome, timing),
        forward: () => this.forwardEarly(message),
        undecided: () => this.timings.decided(timing, 'undecided'),
      },
      timing,
    )
    if (timing !== null) this.unsettled.set(message, timing)
    this.ingest.ingest(device, message.payload, publishing, 'acknowledged')
    return publishing.decision
  }

  /** QoS 0 waits for nothing: whoever watches sees it at once, and what finds no room is dropped, and said so. */
  private takeUnacknowledged(
    device: DeviceConnection,
    message: PublishedMessage,
    timing: MessageTiming | null,
  ): PublishDecision {
    let decision: PublishDecision = 'forward'
    const listener: IngestListener = {
      timing,
      delayed: () => {},
      decided: (outcome) => {
        decision = this.conclude(device, message.topic, outcome, timing)
        // It was sent on before, and nobody waits for an acknowledgement.
        this.timings.acknowledged(timing)
      },
      undecided: (error) => {
        this.ingest.drop(device, error)
        this.timings.decided(timing, 'dropped')
      },
    }
    this.ingest.ingest(device, message.payload, listener, 'unacknowledged')
    return decision
  }

  private conclude(
    device: DeviceConnection,
    topic: string,
    outcome: IngestOutcome,
    timing: MessageTiming | null,
  ): PublishDecision {
    this.timings.decided(timing, outcome.stored ? 'stored' : 'refused')
    if (outcome.stored) return this.credentials.wasDeleted(device.deviceKey) ? 'drop' : 'forward'
    this.refuse(device, topic, outcome.refusal.code, outcome.refusal.detail)
    return 'drop'
  }

  private forwardEarly({ topic, payload, qos, retain }: PublishedMessage): void {
    this.publisher
      .publish(topic, payload, { qos, retain })
      .catch((error: unknown) =>
        this.logger.warn(`${topic} was not passed on before it was stored: ${error}`),
      )
  }

  private checkPayload(device: DeviceConnection, { topic, payload }: PublishedMessage): PublishDecision {
    this.activity.writer.touch(device.deviceKey)
    this.traffic.countMessage(device.organizationId)
    if (topic === device.eventTopic && holdsPlainEvent(payload)) return 'forward'
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

/** The quick ways for the usual. Bytes that are no UTF-8 became U+FFFD, and go the long way. */
function holdsPlainEvent(payload: Buffer): boolean {
  if (isPlainEventJson(payload)) return true
  const text = payload.toString()
  try {
    return !text.includes('\ufffd') && isPlainEvent(JSON.parse(text))
  } catch {
    return false
  }
}

function describe(device: DeviceConnection, clientId: string, { topic, payload, qos }: PublishedMessage) {
  return { topic, clientId, organization: device.organizationSlug, payloadBytes: payload.length, qos }
}

/** A message that waits for its decision. What was passed on before it was stored is not passed on again. */
class Publishing implements IngestListener {
  #decision: PublishDecision | UndecidedError | null = null
  #settle: ((decision: PublishDecision | UndecidedError) => void) | null = null
  #forwarded = false

  constructor(
    private readonly handler: {
      conclude(outcome: IngestOutcome): PublishDecision
      forward(): void
      undecided(): void
    },
    readonly timing: MessageTiming | null,
  ) {}

  /** The decision, if there is one already. */
  get decision(): MaybePromise<PublishDecision> {
    if (typeof this.#decision === 'string') return this.#decision
    return new Promise((resolve, reject) => {
      this.#settle = (decision) => (typeof decision === 'string' ? resolve(decision) : reject(decision))
      if (this.#decision !== null) this.#settle(this.#decision)
    })
  }

  delayed(): void {
    if (this.#forwarded || this.#decision !== null) return
    this.#forwarded = true
    this.handler.forward()
  }

  decided(outcome: IngestOutcome): void {
    const decision = this.handler.conclude(outcome)
    this.#end(this.#forwarded ? 'drop' : decision)
  }

  undecided(error: UndecidedError): void {
    this.handler.undecided()
    this.#end(error)
  }

  #end(decision: PublishDecision | UndecidedError): void {
    this.#decision = decision
    this.#settle?.(decision)
  }
}
