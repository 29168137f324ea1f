import type { GroupRate } from '../fairness/group-rates.js'
import { WorkUnits } from '../fairness/scheduler.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { DisconnectReason } from '../interface/types.js'
import { PacketType } from '../packets/encode.js'
import type { Packet } from '../packets/packet-reader.js'
import { packetIdAlone, readAcknowledgement, readDisconnect } from '../packets/reply.js'
import { Violation } from '../packets/violation.js'
import type { ClientProtocol } from './client-protocol.js'
import { PublishHandler, type PublishingClient } from './publish-handler.js'
import { type SubscribingClient, SubscriptionHandler } from './subscription-handler.js'
import { sessionExpiryMs } from './terms.js'

/** The connection, as its packets need it. */
export type HandledClient<P> = Combined<SubscribingClient<P>> &
  Combined<PublishingClient<P>> & {
    readonly protocol: ClientProtocol
    end(reason: DisconnectReason, detail?: string): void
    /** Its DISCONNECT came. */
    left(options: { sendsWill: boolean }): void
  }
type Combined<Client> = Omit<Client, 'protocol' | 'end'>

/** Handles the packets of one accepted client. */
export class PacketHandler<P> {
  readonly subscriptions: SubscriptionHandler<P>
  /** Of its group; null without one. */
  groupRate: GroupRate | null = null
  /** A PUBACK or PUBCOMP came since this was set to false. */
  acknowledged = false
  /** Made when the client publishes for the first time: most connections are idle. */
  #publishes: PublishHandler<P> | null = null
  readonly #connection: HandledClient<P>

  constructor(connection: HandledClient<P>) {
    this.#connection = connection
    this.subscriptions = new SubscriptionHandler(connection)
  }

  /** Null while the client has published nothing. */
  get publishes(): PublishHandler<P> | null {
    return this.#publishes
  }

  /** Handles one packet; returns what it breaks, or null. */
  handle(packet: Packet): Violation | null {
    const type = (packet.bytes.buffer[packet.start] as number) >> 4
    if (type === PacketType.publish) return this.#publishing().receive(packet)
    if (type >= PacketType.puback && type <= PacketType.pubcomp) return this.#acknowledgement(packet, type)
    return this.#handleRare(packet, type)
  }

  stop(): void {
    this.subscriptions.stop()
    this.#publishes?.stop()
  }

  /** Apart, so that the path of the common packets stays short enough to be inlined. */
  #handleRare(packet: Packet, type: number): Violation | null {
    const { bytes, start, body, end } = packet
    const { core, protocol, out } = this.#connection
    if (type === PacketType.subscribe || type === PacketType.unsubscribe) {
      core.scheduler.spend((end - body) * WorkUnits.filterByte)
      return type === PacketType.subscribe
        ? this.subscriptions.subscribe(packet)
        : this.subscriptions.unsubscribe(packet)
    }
    // MQTT 3.1 does not use the flags of these packets.
    if (((bytes.buffer[start] as number) & 15) !== 0 && protocol.version !== 3)
      return Violation.malformed('reserved bits in the fixed header')
    if (type === PacketType.disconnect) return this.#disconnect(packet)
    if (type !== PacketType.pingreq) return Violation.protocol(`packet type ${type}`)
    if (end !== body) return Violation.malformed('PINGREQ: packet length')
    out.packet(pingresp)
    return null
  }

  #publishing(): PublishHandler<P> {
    return this.#publishes ?? this.#startPublishing()
  }

  #startPublishing(): PublishHandler<P> {
    this.#publishes = new PublishHandler(this.#connection.core, this.#connection, this.groupRate)
    return this.#publishes
  }

  #acknowledgement(packet: Packet, type: number): Violation | null {
    const idAlone = packetIdAlone(packet, type)
    if (idAlone > 0) return this.#acknowledged(type, idAlone, ReasonCode.success)
    const read = readAcknowledgement(packet, this.#connection.protocol.version)
    return read instanceof Violation ? read : this.#acknowledged(type, read.packetId, read.code)
  }

  #acknowledged(type: number, packetId: number, code: number): Violation | null {
    const { session, out } = this.#connection
    if (type === PacketType.pubrel) {
      this.#publishing().releaseId(packetId)
      return null
    }
    const { outbound } = session
    if (!outbound.expects(packetId, type))
      return Violation.protocol('acknowledgement of another kind [MQTT-4.8.0-1]')
    if (type === PacketType.pubrec && code < ReasonCode.unspecifiedError) outbound.received(out, packetId)
    else {
      // A PUBREC with an error ends the delivery (MQTT 5, section 4.3.3).
      outbound.acknowledged(packetId, type === PacketType.pubrec ? PacketType.pubcomp : type)
      this.acknowledged = true
    }
    return null
  }

  #disconnect(packet: Packet): Violation | null {
    const { protocol, session, core } = this.#connection
    const read = readDisconnect(packet, protocol.version)
    if (read instanceof Violation) return read
    const { code, sessionExpirySeconds } = read
    if (sessionExpirySeconds !== undefined) {
      // [MQTT-3.14.2-2]
      if (!session.stored && sessionExpirySeconds > 0)
        return Violation.protocol('DISCONNECT: the session expiry was 0')
      session.expiryMs = sessionExpiryMs(sessionExpirySeconds, core.limits)
    }
    this.#connection.left({ sendsWill: code !== ReasonCode.success })
    return null
  }
}

const pingresp = Buffer.from([0xd0, 0])
