import type { z } from 'zod'
import { checkPayload } from '../payloads/payload-error.js'
import { parseJson, payloadText } from '../payloads/payload-text.js'

/**
 * Declares a channel. Levels in braces are parameters; a last level `{name*}` takes one or more levels.
 *
 *     channel('{org}/devices/{device}/telemetry', { payload: Telemetry, publishedBy: 'device', … })
 */
export function channel<const Address extends string, Payload>(
  address: Address,
  options: ChannelOptions<Payload>,
): Channel<Address, Payload> {
  type Parameters = ChannelParameters<Address>
  const levels = address.split('/').map(parseLevel)

  function build(parameters: Partial<Record<string, string>>, wildcards: boolean): string {
    return levels
      .map((level) => {
        if (level.literal !== null) return level.literal
        const value = parameters[level.parameter]
        if (value === undefined && wildcards) return level.rest ? '#' : '+'
        return checkedValue(address, level, value)
      })
      .join('/')
  }

  return {
    ...options,
    address,
    topic: (parameters) => build(parameters, false),
    filter: (parameters = {}) => build(parameters as Partial<Record<string, string>>, true),
    match: (topic) => matchLevels(levels, topic) as Parameters | null,
    decode: (payload) => decodeText(options.payload, payloadText(payload)),
    decodeText: (text) => decodeText(options.payload, text),
    encode: (payload) => encodePayload(options.payload, payload),
  }
}

/** One kind of topic: its address, its payload and who publishes there. */
export interface Channel<Address extends string, Payload> extends Readonly<ChannelOptions<Payload>> {
  readonly address: Address
  /** The topic name for these parameters. Throws a TypeError for a value that is not one topic level. */
  topic(parameters: ChannelParameters<Address>): string
  /** The topic filter for these parameters; each that is left out becomes a wildcard. */
  filter(parameters?: Partial<ChannelParameters<Address>>): string
  /** The parameters of a topic of this channel, or null when the topic belongs to another channel. */
  match(topic: string): ChannelParameters<Address> | null
  /** Reads JSON in UTF-8 and checks it by the schema. Throws a PayloadError that says what is wrong, and where. */
  decode(payload: Uint8Array): Payload
  /** The same for the text of a payload, as `payloadText` gives it. */
  decodeText(text: string): Payload
  /** Writes a payload as bytes, after the check by the schema. */
  encode(payload: Payload): Uint8Array
}

export interface ChannelOptions<Payload> {
  title: string
  description: string
  payload: z.ZodType<Payload>
  publishedBy: Publisher
  qos: 0 | 1 | 2
  /** User properties of MQTT 5 that the platform adds for subscribers, and what each says. */
  userProperties?: Readonly<Record<string, string>>
  /** Whether each of its messages is retained, or may be; without it none is. */
  retained?: 'always' | 'allowed'
}

export type Publisher = 'device' | 'platform' | 'granted'

/** The parameters of an address: `'{org}/devices/{device}'` gives `{ org: string; device: string }`. */
export type ChannelParameters<Address extends string> = { [Name in ParameterNames<Address>]: string }

type ParameterOf<Level> = Level extends `{${infer Name}*}`
  ? Name
  : Level extends `{${infer Name}}`
    ? Name
    : never
type ParameterNames<Address> = Address extends `${infer Level}/${infer Rest}`
  ? ParameterOf<Level> | ParameterNames<Rest>
  : ParameterOf<Address>

interface Level {
  literal: string | null
  parameter: string
  rest: boolean
}

function parseLevel(text: string): Level {
  const parameter = /^\{(\w+)(\*?)\}$/.exec(text)
  if (parameter === null) return { literal: text, parameter: '', rest: false }
  return { literal: null, parameter: parameter[1] ?? '', rest: parameter[2] === '*' }
}

function checkedValue(address: string, level: Level, value: string | undefined): string {
  const allowed = level.rest ? /^[^+#\0]+$/ : /^[^/+#\0]+$/
  if (value !== undefined && allowed.test(value)) return value
  throw new TypeError(`${address}: ${JSON.stringify(value)} is not a valid value of {${level.parameter}}`)
}

function matchLevels(levels: Level[], topic: string): Record<string, string> | null {
  const parts = topic.split('/')
  const parameters: Record<string, string> = {}
  for (const [index, level] of levels.entries()) {
    const part = parts[index]
    if (part === undefined) return null
    if (level.rest) {
      const rest = parts.slice(index).join('/')
      return rest === '' ? null : { ...parameters, [level.parameter]: rest }
    }
    if (level.literal === null ? part === '' : part !== level.literal) return null
    if (level.literal === null) parameters[level.parameter] = part
  }
  return parts.length === levels.length ? parameters : null
}

function decodeText<Payload>(schema: z.ZodType<Payload>, text: string): Payload {
  return checkPayload(schema, parseJson(text))
}

/** Writes what it was given, and not what the schema read of it: a time that is read twice would be another. */
function encodePayload<Payload>(schema: z.ZodType<Payload>, payload: Payload): Uint8Array {
  checkPayload(schema, payload)
  return new TextEncoder().encode(JSON.stringify(payload))
}
