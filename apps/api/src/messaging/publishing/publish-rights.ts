import { canPublish, type MqttPrincipal } from '@heliograph/protocol'

/**
 * The access rule for PUBLISH, remembered: most clients publish to one topic over and over. A principal never changes,
 * it is replaced; so what was allowed to it once stays allowed.
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
