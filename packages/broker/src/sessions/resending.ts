import { publishFlags, pubrelByte } from '../packets/encode.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { type InflightWindow, Stage } from './inflight-window.js'

/**
 * The messages in flight from an earlier connection that are still to be sent again, or their PUBREL, in their first order: as
 * many at a time as the client takes (MQTT 5, sections 4.4 and 4.9).
 */
export class Resending {
  readonly #inflight: InflightWindow
  #packetIds: readonly number[]

  constructor(inflight: InflightWindow, packetIds: readonly number[]) {
    this.#inflight = inflight
    this.#packetIds = packetIds
  }

  /** How many wait. */
  get size(): number {
    return this.#packetIds.length
  }

  /**
   * Sends until `receiveMaximum` messages are unacknowledged; true when none is left. `drop` is called for a message that the
   * client does not take, which is as good as acknowledged [MQTT-3.1.2-25].
   */
  continue(out: OutgoingQueue, receiveMaximum: number, drop: (packetId: number) => void): boolean {
    for (const packetId of this.#packetIds) {
      if (this.#inflight.size - this.size >= receiveMaximum) return false
      const kept = this.#inflight.kept(packetId)
      const stage = this.#inflight.stage(packetId)
      const message = kept?.message
      if (stage === Stage.released) out.acknowledge(pubrelByte, packetId)
      else if (!message || out.isTooLarge(message, stage, kept.identifiers)) drop(packetId)
      else out.publish(message, publishFlags(stage, kept.retain, true), packetId, kept.identifiers)
      this.forget(packetId)
    }
    return true
  }

  /** The message was acknowledged after all, or is not wanted any more. */
  forget(packetId: number): void {
    this.#packetIds = this.#packetIds.filter((id) => id !== packetId)
  }
}
