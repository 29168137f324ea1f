import type { IncomingMessage } from 'node:http'
import type { PublishRefusalCode } from '../interface/reason-code.js'
import type {
  ClientInfo,
  MaybePromise,
  ProtocolVersion,
  PublishedMessage,
  Qos,
  RefusalReason,
  Transport,
  UserProperty,
} from './types.js'

/** The host's decisions. A hook that throws, never answers or returns an invalid value affects only its own client. */
export interface BrokerHooks<P> {
  /** Decides a CONNECT within `limits.authenticateTimeoutMs`, else it is refused as `timeout`. */
  authenticate(connect: ConnectRequest): MaybePromise<AuthenticateResult<P>>
  /**
   * Access rule for PUBLISH, and for wills: at CONNECT, where a client with a denied will is let in without it, and again
   * when they are sent.
   */
  authorizePublish(client: ClientInfo<P>, topic: string, packet: { qos: Qos; retain: boolean }): boolean
  /**
   * Access rule for one filter of a SUBSCRIBE, and for each restored filter when a stored session is resumed. For a
   * shared subscription it gets the filter without `$share/{name}/`: sharing gives access to nothing else.
   */
  authorizeSubscribe(client: ClientInfo<P>, filter: string): boolean
  /**
   * Whether a message with the retain flag may be retained on this topic. When not, it is delivered all the same. It is not
   * asked for an empty payload, which clears the topic's retained message. Without this hook every topic may be retained.
   */
  authorizeRetain?(client: ClientInfo<P>, topic: string): boolean
  /**
   * Called for each allowed PUBLISH (and will) before it is acknowledged or delivered. `forward` acknowledges and
   * delivers it; `drop` only acknowledges it; `refuse` does so too, and its processor time counts towards
   * `limits.maxRefusedMsPerSecond`, as the message itself is at fault. A `PublishRefusal` says which of both, and what a
   * client of MQTT 5 is told in PUBACK or PUBREC; without one `drop` acknowledges with success, and `refuse` with the code
   * 0x83. A promise delays both, and later messages of the
   * same client wait behind it. After a rejection or a missed deadline the message is undecided: it is never
   * acknowledged, and the connection is ended.
   */
  onPublish?(client: ClientInfo<P>, message: PublishedMessage): MaybePromise<PublishDecision | undefined>
  /**
   * The principal of a session as it is now, for a delayed will, which its client may have left long ago, also in an earlier run;
   * null when there is none any more. Then the will is not sent, and is reported as refused. `authorizePublish` and `onPublish`
   * decide it like any other; one of an earlier run has an empty `remoteAddress`. Without this hook a delayed will has the principal
   * that its client had last, and one of an earlier run is not sent.
   */
  principalOf?(session: { sessionId: string; owner: string; clientId: string }): MaybePromise<P | null>
  /**
   * Called, for measuring, in the turn of the event loop in which a decided PUBLISH is handed to its subscribers and its
   * acknowledgement is written. It gets the same object as `onPublish`, and is not called for wills.
   */
  onDecided?(message: PublishedMessage): void
}

export type PublishDecision = 'forward' | 'drop' | 'refuse' | PublishRefusal

/** A message that is not delivered, and why, as a client of MQTT 5 is told it. */
export interface PublishRefusal {
  decision: 'drop' | 'refuse'
  code: PublishRefusalCode
  /** For people; left out when the client does not want it, or cannot take a packet of that size. */
  reasonString?: string
}

/**
 * What a CONNECT asked for, before anything was decided. `clientId` may be empty (before MQTT 5 for clean sessions only); the
 * host may assign one.
 */
export interface ConnectRequest {
  clientId: string
  username?: string
  /** In MQTT 5 it may come without a user name. */
  password?: Buffer
  /** Clean session, in MQTT 5 clean start. */
  clean: boolean
  keepAliveSeconds: number
  protocolVersion: ProtocolVersion
  transport: Transport
  remoteAddress: string
  httpRequest?: IncomingMessage
  hasWill: boolean
  /** Of MQTT 5, in their order; empty before. */
  userProperties: readonly UserProperty[]
}

export type AuthenticateResult<P> =
  | {
      ok: true
      principal: P
      /** Unique inside the broker. A second connection with the same id takes over from the first. */
      sessionId: string
      /**
       * The client id that the host assigns to a client whose own is empty. Of no meaning for others. When the host assigns
       * none, a client of MQTT 5 gets a random one.
       */
      clientId?: string
      /** Epoch milliseconds at which the connection is ended with reason `expired`. */
      expiresAt?: number
      /** The group whose shares this client uses beside its owner's, for example an organization. */
      group?: string
      /** The owner of the session. A stored session of another owner is forgotten first, so nobody inherits it. */
      owner?: string
      /** Whom the client's connections, sessions, subscriptions and retained messages count towards; `owner` when absent. */
      quotaOwner?: string
      /** Size of the client's packets, if less than `limits.maxPacketBytes`. */
      maxPacketBytes?: number
      /** Told to a client of MQTT 5 that asks for it: below which topics it may expect responses (section 3.2.2.3.15). */
      responseInformation?: string
    }
  | {
      ok: false
      /** It says which return code or reason code the client gets. */
      reason: RefusalReason
      /** What the host has to say about it, for `refused`; the client is not told. */
      detail?: string
      /** What a client of MQTT 5 is told, in place of a text that says no more than the code. */
      reasonString?: string
    }
