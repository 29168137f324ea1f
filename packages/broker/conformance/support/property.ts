import { field, uint16, variableInteger } from './bytes.js'

/** Properties of MQTT 5 in their encoded form (section 2.2.2.2), legal or not: their values are not checked. */
export const property = {
  payloadFormat: (value: number): Buffer => Buffer.of(0x01, value),
  messageExpiry: (seconds: number): Buffer => uint32(0x02, seconds),
  contentType: (value: string | Buffer): Buffer => text(0x03, value),
  responseTopic: (value: string | Buffer): Buffer => text(0x08, value),
  correlationData: (value: string | Buffer): Buffer => text(0x09, value),
  subscriptionIdentifier: (value: number): Buffer => Buffer.concat([Buffer.of(0x0b), variableInteger(value)]),
  sessionExpiry: (seconds: number): Buffer => uint32(0x11, seconds),
  assignedClientId: (value: string): Buffer => text(0x12, value),
  serverKeepAlive: (seconds: number): Buffer => short(0x13, seconds),
  authenticationMethod: (value: string): Buffer => text(0x15, value),
  authenticationData: (value: string | Buffer): Buffer => text(0x16, value),
  requestProblemInformation: (value: number): Buffer => Buffer.of(0x17, value),
  willDelay: (seconds: number): Buffer => uint32(0x18, seconds),
  requestResponseInformation: (value: number): Buffer => Buffer.of(0x19, value),
  reasonString: (value: string): Buffer => text(0x1f, value),
  receiveMaximum: (value: number): Buffer => short(0x21, value),
  topicAliasMaximum: (value: number): Buffer => short(0x22, value),
  topicAlias: (value: number): Buffer => short(0x23, value),
  user: (name: string | Buffer, value: string | Buffer): Buffer =>
    Buffer.concat([text(0x26, name), field(value)]),
  maximumPacketSize: (bytes: number): Buffer => uint32(0x27, bytes),
}

/** Properties behind their length. */
export function propertySection(properties: Buffer[]): Buffer {
  const all = Buffer.concat(properties)
  return Buffer.concat([variableInteger(all.length), all])
}

function text(identifier: number, value: string | Buffer): Buffer {
  return Buffer.concat([Buffer.of(identifier), field(value)])
}

function short(identifier: number, value: number): Buffer {
  return Buffer.concat([Buffer.of(identifier), uint16(value)])
}

function uint32(identifier: number, value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes[0] = identifier
  bytes.writeUInt32BE(value, 1)
  return bytes
}
