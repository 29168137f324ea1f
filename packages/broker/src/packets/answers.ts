import { ReasonCode } from '../interface/reason-code.js'
import type { ProtocolVersion, UserProperty } from '../interface/types.js'
import { packetBytes, varintBytes } from './encode.js'
import { Property } from './property.js'
import { PropertyWriter, varint } from './property-writer.js'

/** What a client of MQTT 5 is told beside a reason code. */
export interface Problem {
  reasonString?: string | undefined
  userProperties?: readonly UserProperty[]
}

/** How much a client wants to be told. */
export interface AnswerRules {
  /** False after Request Problem Information 0: reason strings and user properties are left out [MQTT-3.1.2-29]. */
  readonly tellsProblems: boolean
  /** Packets may not be larger: reason strings and user properties are left out before that [MQTT-3.1.2-24]. */
  readonly maximumPacketSize: number
}

/** The CONNACK of MQTT 3.1 and 3.1.1 (section 3.2). */
export function connackOf3(returnCode: number, sessionPresent: boolean): Buffer {
  return Buffer.from([0x20, 2, sessionPresent ? 1 : 0, returnCode])
}

/** A CONNACK of MQTT 5 (section 3.2) that lets the client in. */
export function connack(sessionPresent: boolean, properties: PropertyWriter): Buffer {
  return packet(0x20, Buffer.from([sessionPresent ? 1 : 0, ReasonCode.success]), properties.section())
}

/** A CONNACK of MQTT 5 that refuses the client. What it asked for about problems holds for it too. */
export function refusingConnack(code: number, problem: Problem, rules: AnswerRules): Buffer {
  return packet(0x20, Buffer.from([0, code]), problemSection(problem, rules, 2))
}

/** A PUBACK, PUBREC, PUBREL or PUBCOMP of MQTT 5 (section 3.4) with a reason code that is not success. */
export function acknowledgement(
  firstByte: number,
  { packetId, code, ...problem }: { packetId: number; code: number } & Problem,
  rules: AnswerRules,
): Buffer {
  const fixed = Buffer.from([packetId >> 8, packetId & 255, code])
  const section = problemSection(problem, rules, 3)
  return packet(firstByte, fixed, section.length > 1 ? section : nothing)
}

interface SubscriptionAnswer extends Problem {
  packetId: number
  /** A reason code of MQTT 5 for each filter. */
  codes: readonly number[]
}

/** A SUBACK (section 3.9). Before MQTT 5 a filter is granted with its QoS or has failed, with 0x80. */
export function suback(answer: SubscriptionAnswer, version: ProtocolVersion, rules: AnswerRules): Buffer {
  if (version === 5) return subscriptionAnswer(0x90, answer, rules)
  const codes = answer.codes.map((code) => Math.min(code, ReasonCode.unspecifiedError))
  return packet(0x90, idBytes(answer.packetId), Buffer.from(codes))
}

/** An UNSUBACK (section 3.11), which has reason codes in MQTT 5. */
export function unsuback(answer: SubscriptionAnswer, version: ProtocolVersion, rules: AnswerRules): Buffer {
  return version === 5 ? subscriptionAnswer(0xb0, answer, rules) : packet(0xb0, idBytes(answer.packetId))
}

function subscriptionAnswer(firstByte: number, answer: SubscriptionAnswer, rules: AnswerRules): Buffer {
  const { packetId, codes, ...problem } = answer
  const section = problemSection(problem, rules, 2 + codes.length)
  return packet(firstByte, idBytes(packetId), section, Buffer.from(codes))
}

function idBytes(packetId: number): Buffer {
  return Buffer.from([packetId >> 8, packetId & 255])
}

/** A DISCONNECT of MQTT 5 (section 3.14). */
export function disconnect(code: number, problem: Problem, rules: AnswerRules): Buffer {
  const section = problemSection(problem, rules, 1)
  return packet(0xe0, Buffer.from([code]), section.length > 1 ? section : nothing)
}

function packet(firstByte: number, ...parts: Buffer[]): Buffer {
  let remaining = 0
  for (const part of parts) remaining += part.length
  return Buffer.concat([Buffer.from([firstByte]), varint(remaining), ...parts])
}

/** `otherBytes` is what the packet has behind its fixed header beside the properties. */
function problemSection(
  { reasonString, userProperties = [] }: Problem,
  rules: AnswerRules,
  otherBytes: number,
): Buffer {
  if (!rules.tellsProblems) return noProperties
  const fits = ({ bytes }: PropertyWriter) =>
    packetBytes(otherBytes + varintBytes(bytes) + bytes) <= rules.maximumPacketSize
  const all = new PropertyWriter().add(Property.reasonString, reasonString)
  for (const property of userProperties) all.user(property)
  if (fits(all)) return all.section()
  const reason = new PropertyWriter().add(Property.reasonString, reasonString)
  return fits(reason) ? reason.section() : noProperties
}

const nothing = Buffer.alloc(0)
const noProperties = Buffer.from([0])
