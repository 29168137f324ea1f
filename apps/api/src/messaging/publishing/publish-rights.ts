import { canPublish, type MqttPrincipal } from '@heliograph/protocol'

/**
 * The access rule for PUBLISH, with a cache of the topic last allowed, because most clients publish to one topic again and
 * again. Principals are immutable and are replaced as a whole, so a cached decision stays valid.
 */
export class PublishRights {
  readonly #lastAllowed = new WeakMap<MqttPrincipal, string>()

  allows(principal: MqttPrincipal, topic: string): boolean {
    if (this.#lastAllowed.get(principal) === topic) return true
    const allowed = canPublish(principal, topic)
    if (allowed) this.#lastAllowed.set(principal, topic)
    return allowed
  }
}
