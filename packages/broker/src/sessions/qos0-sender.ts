import type { Message } from '../messages/message.js'
import { publishFlags } from '../packets/encode.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { Delivery } from './delivery.js'

/** Sends QoS 0 messages to one client, and drops them while it is behind. */
export class Qos0Sender {
  readonly #dropBytes: number
  /** The largest payload that was sent since the client was last not behind. */
  #largestBytes = 0

  constructor(dropBytes: number) {
    this.#dropBytes = dropBytes
  }

  /** Sends the packet that all get to whom the message goes. */
  sendShared(out: OutgoingQueue, message: Message): Delivery {
    if (!this.#takes(out, message.payloadBytes)) return 'dropped_slow'
    out.shared(message.frame(out.version))
    return 'sent'
  }

  /** Sends a packet for this client alone. */
  send(out: OutgoingQueue, message: Message, retain: boolean, identifiers: readonly number[]): Delivery {
    if (!this.#takes(out, message.payloadBytes)) return 'dropped_slow'
    out.publish(message, publishFlags(0, retain), 0, identifiers)
    return 'sent'
  }

  /** Whether a message may be sent. One message above the limit is no reason to drop it, or those behind it. */
  #takes(out: OutgoingQueue, payloadBytes: number): boolean {
    const isBehind = out.exceeds(this.#dropBytes)
    const largest = isBehind ? Math.max(this.#largestBytes, payloadBytes) : payloadBytes
    if (isBehind && out.exceeds(2 * largest)) return false
    this.#largestBytes = largest
    return true
  }
}
