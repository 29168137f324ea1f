import type { Core } from '../core/core.js'
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
    const { clientId } = owner.client
    session.will = { stored: { clientId, ...will }, send: () => core.wills.send(owner, will) }
  }

  discard(): void {
    this.#will = null
    this.#session.will = null
  }

  /** The connection has ended. */
  send(): void {
    if (this.#will) this.#core.wills.send(this.#owner, this.#will)
    this.#will = null
  }
}
