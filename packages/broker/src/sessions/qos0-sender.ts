import type { Message } from '../messages/message.js'
import { publishFlags } from '../packets/encode.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { Delivery, Sendable } from './delivery.js'

/** Sends QoS 0 messages to one client, and drops them while it is behind. */
export class Qos0Sender {
  readonly #dropBytes: number
  /** The largest payload that was sent since the client was last not behind. */
  #largestBytes = 0

  constructor(dropBytes: number) {
    this.#dropBytes = dropBytes
  }

  /** `alone` is how the message leaves as a packet for this client only; null for the packet that all get. */
  send(
    out: OutgoingQueue,
    message: Message,
    alone: Pick<Sendable, 'retain' | 'identifiers'> | null,
  ): Delivery {
    if (!this.#takes(out, message.payloadBytes)) return 'dropped_slow'
    if (alone === null) out.shared(message.frame(out.version))
    else out.publish(message, publishFlags(0, { retain: alone.retain }), 0, alone.identifiers)
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
