import type { BrokerLimits } from '../interface/limits.js'
import { connack, connackOf3 } from '../packets/answers.js'
import type { ConnectPacket } from '../packets/connect.js'
import { Property } from '../packets/property.js'
import { PropertyWriter } from '../packets/property-writer.js'
import type { Terms } from './terms.js'

/** The CONNACK that lets a client in (section 3.2). One of MQTT 5 is told all terms that are not what it asked for. */
export function acceptingConnack(
  { protocolVersion, clientId, keepAliveSeconds, properties }: ConnectPacket,
  terms: Terms,
  { sessionPresent, limits }: { sessionPresent: boolean; limits: BrokerLimits },
): Buffer {
  // MQTT 3.1 knows no session present flag.
  if (properties === null) return connackOf3(0, sessionPresent && protocolVersion === 4)
  const { sessionExpirySeconds, requestResponseInformation } = properties
  const granted = Math.floor(terms.expiryMs / 1_000)
  const own = new PropertyWriter()
    .add(Property.sessionExpiryInterval, granted < sessionExpirySeconds ? granted : undefined)
    .add(Property.receiveMaximum, atMost(uint16Max, limits.receiveMaximum))
    .add(Property.maximumPacketSize, atMost(uint32Max, terms.maxPacketBytes))
    .add(Property.assignedClientIdentifier, clientId === '' ? terms.clientId : undefined)
    .add(Property.topicAliasMaximum, atMost(uint16Max, limits.maxTopicAliases))
    .add(
      Property.serverKeepAlive,
      terms.keepAliveSeconds === keepAliveSeconds ? undefined : terms.keepAliveSeconds,
    )
    .add(Property.responseInformation, requestResponseInformation ? terms.responseInformation : undefined)
  return connack(sessionPresent, own)
}

/** A limit may be `Infinity`, which no property can say. */
function atMost(most: number, limit: number): number {
  return Math.min(most, Math.floor(limit))
}

const uint16Max = 0xffff
const uint32Max = 0xffffffff
