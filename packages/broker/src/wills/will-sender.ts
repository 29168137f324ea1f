import type { AedesAdapter } from '../aedes/adapter.js'
import type { PublishDecision } from '../interface/hooks.js'
import type { QuotaAccount, StoredProperties, StoredWill } from '../interface/persistence.js'
import type { ClientInfo, UnretainedReason } from '../interface/types.js'
import { Message } from '../messages/message.js'
import type { WillContent } from '../packets/connect.js'
import { isSysTopic } from '../packets/topic.js'
import { isPromise, type Policy } from '../policy/policy.js'
import type { RetainingClient } from '../retained/retainer.js'

/** Whose will it is. */
export interface WillOwner<P> {
  readonly client: ClientInfo<P>
  readonly account: QuotaAccount
}

/** The session that a delayed will was left to. */
export interface SessionOfWill {
  readonly id: string
  readonly owner: string
  readonly account: QuotaAccount
}

export interface WillServices<P> {
  readonly policy: Policy<P>
  readonly aedes: AedesAdapter
  retain(message: Message, client: RetainingClient<P>): void
  route(message: Message): void
  /** The will of an accepted client may not be sent. */
  refused(client: ClientInfo<P>, topic: string): void
  /** The host knows nobody whose session this is. */
  disowned(session: SessionOfWill, will: StoredWill): void
  unretained(client: ClientInfo<P>, topic: string, reason: UnretainedReason): void
}

/** Sends the wills of clients that are gone. A will is decided like any other publish: by the access rule and `onPublish`. */
export class WillSender<P> {
  readonly #services: WillServices<P>

  constructor(services: WillServices<P>) {
    this.#services = services
  }

  /** Whether a client may have this will, at its CONNECT. */
  allows(client: ClientInfo<P>, will: WillContent): boolean {
    return !isSysTopic(will.topic) && this.#services.policy.authorizePublish(client, will)
  }

  send(owner: WillOwner<P>, will: WillContent): void {
    const { topic, payload, qos, retain } = will
    const message = Message.of({ topic, payload, qos, retain, properties: propertiesOf(will) })
    const decisions = { grant: () => false, decideWill: () => this.#decide(owner, message, will) }
    this.#services.aedes.sendWill(decisions, will, () => this.#publish(owner, message))
  }

  /**
   * Sends a will that waited for its delay, by the rights that its client has now: the host is asked whose session it is. `owner` is
   * null when the client has not been back since the start.
   */
  async sendDelayed(session: SessionOfWill, will: StoredWill, owner: WillOwner<P> | null): Promise<void> {
    const { policy, disowned } = this.#services
    if (owner !== null && !policy.knowsPrincipals) {
      this.send(owner, will)
      return
    }
    const { id: sessionId, account } = session
    const { clientId } = will
    const principal = await policy.principalOf({ sessionId, owner: session.owner, clientId })
    if (principal === null) {
      disowned(session, will)
      return
    }
    const client = owner?.client ?? { ...clientOfEarlierRun, sessionId, clientId }
    this.send({ client: { ...client, principal }, account }, will)
  }

  #decide({ client }: WillOwner<P>, message: Message, will: WillContent): boolean | Promise<boolean> {
    const { policy, refused } = this.#services
    if (!this.allows(client, will)) {
      refused(client, will.topic)
      return false
    }
    const decided = (decision: PublishDecision | 'undecided') => decision === 'forward'
    const decision = policy.onPublish(client, message)
    return isPromise(decision) ? decision.then(decided) : decided(decision)
  }

  #publish({ client, account }: WillOwner<P>, message: Message): void {
    const { retain, route, unretained } = this.#services
    message.decided()
    retain(message, { client, account, unretained: (topic, reason) => unretained(client, topic, reason) })
    route(message)
  }
}

const clientOfEarlierRun = { transport: 'tcp', remoteAddress: '', connectedAt: 0, connectionId: '' } as const

/** Its expiry interval begins when it is sent. */
function propertiesOf({ properties, expirySeconds }: WillContent): StoredProperties | null {
  if (properties === null && expirySeconds < 0) return null
  const expiresAt = expirySeconds < 0 ? null : Date.now() + expirySeconds * 1_000
  return { encoded: properties, expiresAt }
}
