import type { Broker, ClientInfo } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { ConnectionPrincipal } from '../../messaging/connections/connection-principal.js'
import { type BrokerListener, BrokerListeners } from '../../messaging/host/broker-listeners.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { type ConsumerBacklog, ConsumerBacklogs } from './consumer-backlogs.js'
import { RefusalLog } from './refusal-log.js'
import { SlowConsumers } from './slow-consumers.js'

/** Records refusals and slow consumers for the overview. */
@Injectable()
export class IncidentRecorder implements BrokerListener {
  constructor(
    private readonly refusals: RefusalLog,
    private readonly slow: SlowConsumers,
    private readonly backlogs: ConsumerBacklogs,
    private readonly credentials: CredentialVerifier,
    events: EventBus,
    listeners: BrokerListeners,
  ) {
    events.on('refused', ({ organizationId, ...refusal }) => this.refusals.record(organizationId, refusal))
    listeners.register(this)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('refused', ({ reason, client, username, topic, detail, count }) => {
      const principal = client?.principal
      // A device gets a notice of this, which is recorded as a refusal already.
      if (reason === 'not_authorized' && principal?.kind === 'device' && topic !== undefined) return
      // A page works with a token of its person's sign-in session. What it is refused says nothing about the fleet.
      if (principal?.kind === 'person' && principal.owner.kind === 'session') return
      if (principal !== undefined) {
        const device = principal.kind === 'device' ? principal.deviceId : undefined
        this.refusals.record(principal.organizationId, { code: reason, device, topic, detail, count })
        return
      }
      // The client was not authenticated; its organization is that of the credential it named, if that exists.
      const owner = username === undefined ? null : this.credentials.ownerOf(username)
      if (owner !== null)
        this.refusals.record(owner.organizationId, { code: reason, device: owner.deviceId, detail })
    })
    broker.events.on('dropped', ({ client, topic, count }) =>
      this.slow.recordDropped(consumerOf(client), topic, count),
    )
    broker.events.on('disconnected', ({ client, reason }) => {
      if (reason === 'slow_consumer') this.slow.recordCutOff(consumerOf(client))
    })
    this.backlogs.setSource(() => backlogsOf(broker))
  }
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
