import type { Broker, ClientInfo } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { ConnectionPrincipal } from '../../messaging/connections/connection-principal.js'
import { type BrokerObserver, BrokerObservers } from '../../messaging/host/broker-observers.js'
import { CredentialVerifier } from '../../registry/credentials/credential-verifier.js'
import { RefusalLog } from './refusal-log.js'
import { SlowConsumers } from './slow-consumers.js'
import { type Waiting, WaitingConsumers } from './waiting-consumers.js'

/** Records for the overview what was refused, and which consumers were too slow. */
@Injectable()
export class IncidentRecorder implements BrokerObserver {
  constructor(
    private readonly refusals: RefusalLog,
    private readonly slow: SlowConsumers,
    private readonly waiting: WaitingConsumers,
    private readonly credentials: CredentialVerifier,
    events: EventBus,
    observers: BrokerObservers,
  ) {
    events.on('refused', ({ organizationId, ...refusal }) => this.refusals.note(organizationId, refusal))
    observers.register(this)
  }

  brokerCreated(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('refused', ({ reason, client, username, topic, detail }) => {
      const principal = client?.principal
      // A device gets a notice of this, and the notice is recorded already.
      if (reason === 'not_authorized' && principal?.kind === 'device' && topic !== undefined) return
      // A page works with a token of its person's sign-in session. What it is refused says nothing about the fleet.
      if (principal?.kind === 'person' && principal.owner.kind === 'session') return
      if (principal !== undefined) {
        const device = principal.kind === 'device' ? principal.deviceId : undefined
        this.refusals.note(principal.organizationId, { code: reason, device, topic, detail })
        return
      }
      // The client was not let in. Only the credential that it named, if there is one, tells whose it is.
      const owner = username === undefined ? null : this.credentials.ownerOf(username)
      if (owner !== null)
        this.refusals.note(owner.organizationId, { code: reason, device: owner.deviceId, detail })
    })
    broker.events.on('dropped', ({ client, topic, count }) =>
      this.slow.dropped(consumerOf(client), topic, count),
    )
    broker.events.on('disconnected', ({ client, reason }) => {
      if (reason === 'slow_consumer') this.slow.cutOff(consumerOf(client))
    })
    this.waiting.watch(() => waitingOf(broker))
  }
}

/** A few messages are always on their way; below this a consumer counts as up to date. */
const leastWaitingBytes = 64 * 1024

function* waitingOf(broker: Broker<ConnectionPrincipal>): Generator<Waiting> {
  for (const { client, messages, bytes } of broker.backlogs(leastWaitingBytes))
    yield { ...consumerOf(client), messages, bytes }
}

function consumerOf({ sessionId, clientId, principal }: ClientInfo<ConnectionPrincipal>) {
  const device = principal.kind === 'device' ? principal.deviceId : null
  return { organizationId: principal.organizationId, sessionId, clientId, device }
}
