import { z } from 'zod'
import { noticeReasonCodes } from '../payloads/reason-codes.js'
import { channels } from './channels.js'

/**
 * The AsyncAPI 3.0 document of all channels, generated from the declarations by which the broker checks messages. `publicUrl` is the
 * address of the platform, when it is known, without a slash at the end.
 */
export function asyncApiDocument(
  version: string,
  { publicUrl }: { publicUrl: string | null } = { publicUrl: null },
): object {
  const entries = Object.entries(channels)
  const { protocol, host, hostname, pathname } = new URL(publicUrl ?? 'http://127.0.0.1:3000')
  const path = `${pathname.replace(/\/$/, '')}/mqtt`
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Heliograph',
      version,
      description: `MQTT 3.1, 3.1.1 and 5, over WebSocket at ${path} (subprotocol mqtt) and over TCP. Payloads are JSON in UTF-8.\n\n${reasonCodesText}`,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      websocket: {
        host: '{host}',
        pathname: path,
        protocol: protocol === 'https:' ? 'wss' : 'ws',
        variables: { host: { default: host } },
      },
      tcp: { host: '{host}', protocol: 'mqtt', variables: { host: { default: `${hostname}:1883` } } },
    },
    channels: Object.fromEntries(entries.map(([name, channel]) => [name, channelObject(name, channel)])),
    operations: Object.fromEntries(entries.flatMap(([name, channel]) => operationObjects(name, channel))),
    components: {
      messages: Object.fromEntries(entries.map(([name, channel]) => [name, messageObject(channel)])),
    },
  }
}

/** What PUBACK and PUBREC of MQTT 5 say, by the code of the notice. */
const reasonCodesText = [
  'In MQTT 5, PUBACK and PUBREC of a message that leads to a notice have its words as reason string, and this reason code:\n',
  ...Object.entries(noticeReasonCodes).map(
    ([code, reason]) => `- \`${code}\`: 0x${reason.toString(16).padStart(2, '0')}`,
  ),
  '\nA message that is stored has 0x00; one that is undecided is not acknowledged.',
].join('\n')

type AnyChannel = (typeof channels)[keyof typeof channels]

function channelObject(name: string, channel: AnyChannel): object {
  const parameters = [...channel.address.matchAll(/\{(\w+)\*?\}/g)].map((match) => match[1] ?? '')
  return {
    address: channel.address.replace('*}', '}'),
    title: channel.title,
    description: channel.description,
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
    parameters: Object.fromEntries(
      parameters.map((parameter) => [parameter, { description: parameterText[parameter] }]),
    ),
  }
}

const parameterText: Record<string, string> = {
  org: 'The slug of the organization',
  device: 'The id of the device, which may hold . and :',
  command: 'The id of the command',
  app: 'The name of the application',
  path: 'Any further levels, one at least',
}

/** The operations of a channel as the platform sees them: it receives messages of devices and sends its own. */
function operationObjects(name: string, channel: AnyChannel): [string, object][] {
  const operation = (action: 'send' | 'receive'): [string, object] => [
    `${action}${channel.title.replace(/ (\w)/g, (_, letter) => letter.toUpperCase())}`,
    {
      action,
      channel: { $ref: `#/channels/${name}` },
      messages: [{ $ref: `#/channels/${name}/messages/${name}` }],
      bindings: {
        mqtt: { qos: channel.qos, retain: channel.retained === 'always', bindingVersion: '0.2.0' },
      },
    },
  ]
  if (channel.publishedBy === 'device') return [operation('receive')]
  if (channel.publishedBy === 'platform') return [operation('send')]
  return [operation('receive'), operation('send')]
}

function messageObject(channel: AnyChannel): object {
  return {
    title: channel.title,
    contentType: 'application/json',
    ...(channel.userProperties === undefined
      ? {}
      : { headers: userPropertiesObject(channel.userProperties) }),
    payload: z.toJSONSchema(channel.payload as z.ZodType, { target: 'draft-7', io: 'input' }),
  }
}

/** The user properties of MQTT 5 that the platform adds for subscribers. */
function userPropertiesObject(descriptions: Readonly<Record<string, string>>): object {
  const properties = Object.entries(descriptions).map(([name, description]) => [
    name,
    { type: 'string', description },
  ])
  return { type: 'object', properties: Object.fromEntries(properties) }
}
