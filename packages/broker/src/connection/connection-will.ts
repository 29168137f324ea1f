import type { Core } from '../core/core.js'
import { refuseWill } from '../core/will-refusal.js'
import type { Will } from '../packets/connect.js'
import type { Session } from '../sessions/session.js'
import type { WillOwner } from '../wills/will-sender.js'

/**
 * The will of one connection, which is sent when it ends, unless by a DISCONNECT without errors [MQTT-3.14.4-3]. A will with a
 * delay is left to the session, which sends it later.
 */
export class ConnectionWill<P> {
  readonly #core: Core<P>
  readonly #owner: WillOwner<P>
  readonly #session: Session
  /** Null when there is none to send at once. */
  #will: Will | null

  constructor(core: Core<P>, owner: WillOwner<P>, session: Session, will: Will) {
    this.#core = core
    this.#owner = owner
    this.#session = session
    const isDelayed = will.delaySeconds > 0 && session.stored
    this.#will = isDelayed ? null : will
    if (!isDelayed) return
    const stored = { clientId: owner.client.clientId, ...will }
    session.will = { stored, send: () => void core.wills.sendDelayed(session, stored, owner) }
  }

  discard(): void {
    this.#will = null
    this.#session.will = null
  }

  /** The rights by which it was left have ended: it is not sent, and this is told. */
  withdraw(): void {
    const topic = this.#will?.topic ?? this.#session.will?.stored.topic
    this.discard()
    if (topic !== undefined) refuseWill(this.#core, this.#owner.client, topic, 'revoked')
  }

  /** The connection has ended. */
  send(): void {
    if (this.#will) this.#core.wills.send(this.#owner, this.#will)
    this.#will = null
  }
}
