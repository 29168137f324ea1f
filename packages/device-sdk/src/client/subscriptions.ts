import { type Channel, filterMatches, storedTimeOf, type UserProperties } from '@heliograph/protocol'
import { toError } from '../connection/errors.js'
import type { IncomingMessage, Qos } from '../connection/link.js'

/** A decoded message. */
export interface Received<Parameters, Payload> {
  topic: string
  params: Parameters
  payload: Payload
  /**
   * The time at which the platform stores the first sample without `ts`, in epoch milliseconds; `storedValues` gives that of each
   * sample. Null when every sample has its own, when the message is not stored, and for other messages than telemetry.
   */
  time: number | null
  /** Those of the publisher, and behind them those of the platform. */
  userProperties: UserProperties
  /** True when the broker had retained the message before the subscription. */
  retained: boolean
  /** Epoch milliseconds. */
  receivedAt: number
}

export interface Listener {
  filter: string
  qos: Qos
  deliver(message: IncomingMessage, receivedAt: number): void
}

/** The listeners of each topic filter, and the QoS that the broker is asked for. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<Listener>>()

  add(listener: Listener): void {
    const others = this.#listeners.get(listener.filter)
    if (others === undefined) this.#listeners.set(listener.filter, new Set([listener]))
    else others.add(listener)
  }

  /** Returns true when the filter has no listener any more. */
  remove(listener: Listener): boolean {
    const others = this.#listeners.get(listener.filter)
    if (others === undefined || !others.delete(listener) || others.size > 0) return false
    return this.#listeners.delete(listener.filter)
  }

  /** Each filter once, with the highest QoS of its listeners. */
  filters(): Map<string, Qos> {
    const filters = new Map<string, Qos>()
    for (const [filter, listeners] of this.#listeners) {
      filters.set(filter, [...listeners].some((listener) => listener.qos === 1) ? 1 : 0)
    }
    return filters
  }

  dispatch(message: IncomingMessage): void {
    const receivedAt = Date.now()
    for (const [filter, listeners] of this.#listeners) {
      if (!filterMatches(filter, message.topic)) continue
      for (const listener of [...listeners]) listener.deliver(message, receivedAt)
    }
  }
}

/** A listener that decodes by its channel. It reports errors of decoding and of its handler. */
export function channelListener<Address extends string, Payload>(
  channel: Channel<Address, Payload>,
  filter: string,
  qos: Qos,
  handler: (message: Received<NonNullable<ReturnType<typeof channel.match>>, Payload>) => void,
  report: (error: Error, topic: string) => void,
): Listener {
  return {
    filter,
    qos,
    deliver({ topic, payload, retained, userProperties }, receivedAt) {
      const params = channel.match(topic)
      // MQTT clears a retained message by an empty retained payload, which is no message of the channel.
      if (params === null || (payload.length === 0 && retained)) return
      try {
        const time = storedTimeOf(userProperties)
        const decoded = channel.decode(payload)
        handler({ topic, params, payload: decoded, time, userProperties, retained, receivedAt })
      } catch (error) {
        report(toError(error), topic)
      }
    },
  }
}
