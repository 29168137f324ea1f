import type { PublishRefusal } from '../interface/hooks.js'
import type { ReasonCode } from '../interface/reason-code.js'
import type { ProtocolVersion } from '../interface/types.js'
import { type AnswerRules, acknowledgement } from '../packets/answers.js'
import { PacketType } from '../packets/encode.js'
import type { StoreWriter } from '../persistence/store-writer.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'

/** The connection, as its acknowledgements need it. */
export interface AcknowledgedClient {
  readonly session: Session
  readonly out: OutgoingQueue
  readonly alive: boolean
  readonly protocol: { readonly version: ProtocolVersion; readonly rules: AnswerRules }
  end(reason: 'undecided', detail: string): void
}

/**
 * Sends PUBACK, PUBREC and PUBCOMP to one client, in the order of the packets that they acknowledge. An acknowledgement
 * of something that the store records leaves once that is durable; any other leaves at once and costs nothing.
 */
export class Acknowledgements {
  readonly #client: AcknowledgedClient
  readonly #writer: StoreWriter | null
  readonly #onSent: () => void
  #queue: Acknowledgement[] = []

  /** `onSent` is called after acknowledgements that had to wait were sent. */
  constructor(client: AcknowledgedClient, writer: StoreWriter | null, onSent: () => void) {
    this.#client = client
    this.#writer = writer
    this.#onSent = onSent
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** For how long the oldest one has waited. */
  waitedMs(nowMs: number): number {
    const [oldest] = this.#queue
    return oldest ? nowMs - oldest.sinceMs : 0
  }

  /**
   * `changesBefore` is the writer's count of changes from before the acknowledged packet was handled. `refusal` is what a
   * client of MQTT 5 is told; null for success.
   */
  add(
    type: number,
    packetId: number,
    changesBefore: number | undefined,
    refusal: AcknowledgedRefusal | null = null,
  ): void {
    const writer = this.#writer
    if (writer === null || (writer.changeCount === changesBefore && this.#queue.length === 0)) {
      if (refusal === null && type === PacketType.puback) this.#acknowledge(type, packetId)
      else this.#send(type, packetId, refusal)
      return
    }
    const durable = writer.changeCount === changesBefore
    this.#wait(writer, { type, packetId, refusal, durable, sinceMs: performance.now() })
  }

  #wait(writer: StoreWriter, acknowledgement: Acknowledgement): void {
    this.#queue.push(acknowledgement)
    if (!acknowledgement.durable) writer.whenDurable((stored) => this.#written(acknowledgement, stored))
  }

  #written(acknowledgement: Acknowledgement, stored: boolean): void {
    if (!stored) {
      const { type, packetId } = acknowledgement
      if (type === PacketType.pubrec) this.#client.session.inbound.delete(packetId)
      this.#queue = this.#queue.filter((queued) => queued !== acknowledgement)
      this.#client.end('undecided', 'the store gave up')
      return
    }
    acknowledgement.durable = true
    let count = 0
    for (let next = this.#queue[0]; next?.durable; next = this.#queue[count]) {
      this.#send(next.type, next.packetId, next.refusal)
      count++
    }
    if (count === 0) return
    this.#queue.splice(0, count)
    this.#onSent()
  }

  #acknowledge(type: number, packetId: number): void {
    const { out, alive } = this.#client
    if (alive) out.acknowledge(type << 4, packetId)
  }

  #send(type: number, packetId: number, refusal: AcknowledgedRefusal | null): void {
    if (refusal !== null) this.#refuse(type, packetId, refusal)
    else if (type !== PacketType.pubrec) this.#acknowledge(type, packetId)
    else {
      const { session } = this.#client
      session.inbound.set(packetId, 'decided')
      // The session may have moved to a new connection meanwhile: its PUBREC goes there. While that has no CONNACK yet,
      // nothing is sent, and the PUBREC answers the PUBLISH that the client sends again.
      session.openOut?.acknowledge(PacketType.pubrec << 4, packetId)
    }
  }

  /** A PUBREC with an error ends the delivery: the packet id is free (MQTT 5, section 4.3.3). */
  #refuse(type: number, packetId: number, refusal: AcknowledgedRefusal): void {
    const { session, out, alive, protocol } = this.#client
    const packet = acknowledgement(type << 4, { packetId, ...refusal }, protocol.rules)
    if (type !== PacketType.pubrec) {
      if (alive) out.packet(packet)
      return
    }
    session.inbound.delete(packetId)
    // As for success, it goes to the connection that the session has now.
    session.openOut?.packet(packet)
  }
}

/** Why a packet is acknowledged with an error. */
export type AcknowledgedRefusal = Pick<PublishRefusal, 'reasonString'> & { code: ReasonCode }

interface Acknowledgement {
  readonly type: number
  readonly packetId: number
  readonly refusal: AcknowledgedRefusal | null
  readonly sinceMs: number
  durable: boolean
}
