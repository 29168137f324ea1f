import type { BrokerLimits } from '../interface/limits.js'
import type { ProtocolVersion } from '../interface/types.js'
import type { AnswerRules } from '../packets/answers.js'
import type { ConnectPacket } from '../packets/connect.js'
import type { Outbound } from '../sessions/outbound.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'

/** How one client speaks MQTT, as its CONNECT says. */
export interface ClientProtocol {
  readonly version: ProtocolVersion
  /** A bridge of MQTT 3.x gets no message back that it published, and keeps the retain flag, as it could ask for in MQTT 5. */
  readonly isBridge: boolean
  readonly rules: AnswerRules
  /** How many QoS 1 and 2 messages it takes before it has acknowledged some. */
  readonly receiveMaximum: number
  readonly topicAliasMaximum: number
}

export function protocolOf({ protocolVersion, isBridge, properties }: ConnectPacket): ClientProtocol {
  const rules = properties
    ? {
        tellsProblems: properties.requestProblemInformation,
        maximumPacketSize: properties.maximumPacketSize,
      }
    : unlimited
  const { receiveMaximum = mostPacketIds, topicAliasMaximum = 0 } = properties ?? {}
  return { version: protocolVersion, isBridge, rules, receiveMaximum, topicAliasMaximum }
}

/** From here on the client is sent what its CONNECT allows. */
export function applyProtocol(
  { version, rules, receiveMaximum, topicAliasMaximum }: ClientProtocol,
  { out, outbound, limits }: { out: OutgoingQueue; outbound: Outbound; limits: BrokerLimits },
): void {
  out.version = version
  out.maximumPacketSize = rules.maximumPacketSize
  out.topicAliasMaximum = Math.min(topicAliasMaximum, limits.maxSentTopicAliases)
  outbound.receiveMaximum = receiveMaximum
}

const mostPacketIds = 65_535
const unlimited: AnswerRules = { tellsProblems: true, maximumPacketSize: Number.POSITIVE_INFINITY }

/** Until a CONNECT was read. */
export const unknownProtocol: ClientProtocol = {
  version: 4,
  isBridge: false,
  rules: unlimited,
  receiveMaximum: mostPacketIds,
  topicAliasMaximum: 0,
}
