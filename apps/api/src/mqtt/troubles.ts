import type { Broker, ClientInfo } from '@heliograph/broker'
import { Injectable } from '@nestjs/common'
import { CredentialVerifier } from '../credentials/credential-verifier.js'
import { RefusalLog } from '../overview/refusal-log.js'
import { SlowConsumers } from '../overview/slow-consumers.js'
import { type Waiting, WaitingConsumers } from '../overview/waiting.js'
import type { ConnectionPrincipal } from './connection-principal.js'

/** Notes for the overview whom the broker refused, and who was too slow. */
@Injectable()
export class Troubles {
  constructor(
    private readonly refusals: RefusalLog,
    private readonly slow: SlowConsumers,
    private readonly waiting: WaitingConsumers,
    private readonly credentials: CredentialVerifier,
  ) {}

  attach(broker: Broker<ConnectionPrincipal>): void {
    broker.events.on('refused', ({ reason, client, username, topic, detail }) => {
      const principal = client?.principal
      // Of a device this is told by a notice, which is noted already.
      if (reason === 'not_authorized' && principal?.kind === 'device' && topic !== undefined) return
      if (principal !== undefined) {
        const device = principal.kind === 'device' ? principal.deviceId : undefined
        this.refusals.note(principal.organizationId, { code: reason, device, topic, detail })
        return
      }
      // Not let in: whose it would be is known by the credential that was shown, when there is such a one.
      const owner = username === undefined ? null : this.credentials.ownerOf(username)
      if (owner !== null)
        this.refusals.note(owner.organizationId, { code: reason, device: owner.deviceId, detail })
    })
    broker.events.on('dropped', ({ client, topic, count }) =>
      this.slow.dropped(consumer(client), topic, count),
    )
    broker.events.on('disconnected', ({ client, reason }) => {
      if (reason === 'slow_consumer') this.slow.cutOff(consumer(client))
    })
    this.waiting.watch(() => waitingOf(broker))
  }
}

/** A little is always under way. */
const leastWaitingBytes = 64 * 1024

function* waitingOf(broker: Broker<ConnectionPrincipal>): Generator<Waiting> {
  for (const { client, messages, bytes } of broker.backlogs(leastWaitingBytes))
    yield { ...consumer(client), messages, bytes }
}

function consumer({ sessionId, clientId, principal }: ClientInfo<ConnectionPrincipal>) {
  const device = principal.kind === 'device' ? principal.deviceId : null
  return { organizationId: principal.organizationId, sessionId, clientId, device }
}
