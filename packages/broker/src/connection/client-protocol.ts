import type { ProtocolVersion } from '../interface/types.js'
import type { AnswerRules } from '../packets/answers.js'
import type { ConnectPacket } from '../packets/connect.js'

/** How one client speaks MQTT, as its CONNECT says. */
export interface ClientProtocol {
  readonly version: ProtocolVersion
  /** A bridge of MQTT 3.x gets no message back that it published, and keeps the retain flag, as it could ask for in MQTT 5. */
  readonly isBridge: boolean
  readonly rules: AnswerRules
}

export function protocolOf({ protocolVersion, isBridge, properties }: ConnectPacket): ClientProtocol {
  const rules = properties
    ? {
        tellsProblems: properties.requestProblemInformation,
        maximumPacketSize: properties.maximumPacketSize,
      }
    : unlimited
  return { version: protocolVersion, isBridge, rules }
}

const unlimited: AnswerRules = { tellsProblems: true, maximumPacketSize: Number.POSITIVE_INFINITY }

/** Until a CONNECT was read. */
export const unknownProtocol: ClientProtocol = { version: 4, isBridge: false, rules: unlimited }
