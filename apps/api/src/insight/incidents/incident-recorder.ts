import type { Broker, BrokerEvents, ClientInfo } from '@heliograph/broker'
import { Injectable, Logger } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import {
  type ConnectionPrincipal,
  type DeviceClient,
  isDeviceClient,
} from '../../messaging/connections/connection-principal.js'
import { type BrokerListener, BrokerListeners } from '../../messaging/host/broker-listeners.js'
import { ApplicationVerifier } from '../../registry/applications/application-verifier.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { type ConsumerBacklog, ConsumerBacklogs } from './consumer-backlogs.js'
import { DuplicateClientIds } from './duplicate-client-ids.js'
import { RefusalLog } from './refusal-log.js'
import { SlowConsumers } from './slow-consumers.js'

/** Records refusals, duplicate client ids and slow consumers for the overview and the pages of devices. */
@Injectable()
export class IncidentRecorder implements BrokerListener {
  private readonly logger = new Logger(IncidentRecorder.name)

  constructor(
    private readonly refusals: RefusalLog,
    private readonly duplicates: DuplicateClientIds,
    private readonly slow: SlowConsumers,
    private readonly backlogs: ConsumerBacklogs,
    private readonly credentials: CredentialVerifier,
    private readonly applications: ApplicationVerifier,
    events: EventBus,
    listeners: BrokerListeners,
  ) {
    events.on('refused', ({ organizationId, ...refusal }) => this.refusals.record(organizationId, refusal))
    events.on('device.deleted', ({ organizationId, deviceId }) =>
      this.refusals.forgetDevice(organizationId, deviceId),
    )
    listeners.register(this)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('refused', (refusal) => this.recordRefusal(refusal))
    broker.events.on('dropped', ({ client, topic, count }) =>
      this.slow.recordDropped(consumerOf(client), topic, count),
    )
    broker.events.on('disconnected', ({ client, reason }) => {
      if (reason === 'slow_consumer') this.slow.recordCutOff(consumerOf(client))
      if (reason === 'taken_over' && isDeviceClient(client)) this.recordTakeOver(client)
    })
    this.backlogs.setSource(() => backlogsOf(broker))
  }

  private recordRefusal(refusal: BrokerEvents<ConnectionPrincipal>['refused']): void {
    const { reason, client, username, topic, detail, count, remoteAddress } = refusal
    const principal = client?.principal
    // A device gets a notice of this, which is recorded as a refusal already.
    if (reason === 'not_authorized' && principal?.kind === 'device' && topic !== undefined) return
    // A page works with a token of its person's sign-in session. What it is refused says nothing about the fleet.
    if (principal?.kind === 'person' && principal.owner.kind === 'session') return
    if (principal !== undefined) {
      const device = principal.kind === 'device' ? principal.deviceId : undefined
      const facts = { code: reason, device, topic, detail, count, remoteAddress }
      this.refusals.record(principal.organizationId, facts)
      return
    }
    // The client was not authenticated; its organization is that of the credential it named, if that exists.
    if (username === undefined) return
    const owner = this.credentials.ownerOf(username)
    if (owner === null) {
      this.recordApplication(username, refusal)
      return
    }
    const facts = { code: reason, device: owner.deviceId, detail: connectDetail(refusal), remoteAddress }
    this.refusals.record(owner.organizationId, facts)
  }

  /** An application that was not let in. A page of another origin is recorded by the event that tells its origin. */
  private recordApplication(username: string, refusal: BrokerEvents<ConnectionPrincipal>['refused']): void {
    const application = this.applications.ownerOf(username)
    if (application === null || refusal.reason === 'not_authorized') return
    const { reason: code, remoteAddress, detail: more } = refusal
    const detail = [`application ${JSON.stringify(application.name)}`, more].filter(Boolean).join(': ')
    this.refusals.record(application.organizationId, { code, detail, remoteAddress })
  }

  private recordTakeOver({ sessionId, clientId, remoteAddress, principal }: DeviceClient): void {
    const duplicate = this.duplicates.takenOver(sessionId, remoteAddress)
    if (duplicate === null) return
    const { count, isNew, addresses } = duplicate
    const from = addresses.length === 1 ? `both from ${addresses[0]}` : `from ${addresses.join(' and ')}`
    const detail = `Two clients connect as ${clientId}, ${from}, and take over from each other.`
    if (isNew) this.logger.warn(`${detail} Organization: ${principal.organizationSlug}.`)
    const facts = { code: 'duplicate_client_id', device: principal.deviceId, detail, remoteAddress, count }
    this.refusals.record(principal.organizationId, facts)
  }
}

/** With a wrong client id, the id is what a person needs to find the mistake. */
function connectDetail({ reason, detail, clientId }: BrokerEvents<ConnectionPrincipal>['refused']) {
  return reason === 'wrong_client_id' && clientId !== undefined
    ? `client id ${JSON.stringify(clientId)}`
    : detail
}

/** A few messages are always on their way; with a smaller backlog a consumer counts as up to date. */
const minBacklogBytes = 64 * 1024

function* backlogsOf(broker: Broker<ConnectionPrincipal>): Generator<ConsumerBacklog> {
  for (const { client, messages, bytes } of broker.backlogs(minBacklogBytes))
    yield { ...consumerOf(client), messages, bytes }
}

function consumerOf({ sessionId, clientId, principal }: ClientInfo<ConnectionPrincipal>) {
  const device = principal.kind === 'device' ? principal.deviceId : null
  return { organizationId: principal.organizationId, sessionId, clientId, device }
}
