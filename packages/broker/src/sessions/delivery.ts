import type { Qos } from '../interface/types.js'
import type { Message } from '../messages/message.js'
import type { SharedGroup } from '../routing/shared-group.js'

/** What became of a message for a session. */
export type Delivery = 'sent' | 'queued' | Loss

/** Why a message is not delivered. `dropped_large`: the client takes no packet of that size. */
export type Loss = 'dropped_slow' | 'dropped_full' | 'dropped_large' | 'expired'

/** A message as it is to be sent to one session. */
export interface Sendable {
  readonly message: Message
  readonly qos: Qos
  readonly retain: boolean
  /** Subscription identifiers that it is sent with. */
  readonly identifiers: readonly number[]
  /** The group of the shared subscription by which the message came. */
  readonly group: SharedGroup | null
}

/** A QoS 1 or 2 message that is sent with a packet id. */
export interface Sending extends Sendable {
  readonly packetId: number
  /** Its place in the order of the session's QoS 1 and 2 messages. */
  readonly sequence: number
}
