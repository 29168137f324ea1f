import type { IssuedApplication } from '@heliograph/protocol'
import { hostOf, portOf } from './server-address.ts'
import { lines } from './shells.ts'
import type { Snippet, SnippetVariant } from './snippet.ts'

/** Examples that connect an application with its password, one for each program. */
export function applicationSnippets(application: IssuedApplication): Snippet[] {
  const { tcp } = application.urls
  const client = { ...application, ...exampleTopics(application) }
  const server = tcp === null ? null : new URL(tcp)
  return [
    ...(server === null ? [] : [mosquitto(client, server), nodeRed(client, server)]),
    telegraf(client),
    mqttJs(client),
  ]
}

interface Client extends Pick<IssuedApplication, 'username' | 'password' | 'urls'> {
  /** The filters that it may subscribe to. */
  filters: readonly string[]
  /** A topic that it may publish to; null: none. */
  topic: string | null
}

/** All filters that it was granted, and the first topic, whose wildcards are filled in. */
function exampleTopics({ subscribe, publish }: IssuedApplication): Pick<Client, 'filters' | 'topic'> {
  const topic = publish.find((filter) => filter.includes('/apps/')) ?? null
  return {
    filters: subscribe,
    topic: topic?.replace(/(?<=\/)\+(?=\/|$)/g, 'example').replace(/(?<=\/)#$/, 'example/hello') ?? null,
  }
}

function mosquitto({ username, password, filters, topic }: Client, server: URL): Snippet {
  const tls = server.protocol === 'mqtts:' ? ' --tls-use-os-certs' : ''
  const variant = (label: string, note: string, program: string, last: string[]): SnippetVariant => ({
    label,
    note,
    version: null,
    language: 'shell',
    code: lines(
      [
        `${program} -V mqttv5 -h ${hostOf(server)} -p ${portOf(server)}${tls}`,
        `  -u ${username}`,
        `  -P ${password}`,
        ...last,
      ],
      '\\',
    ),
  })
  const watch = variant('Subscribe', 'Prints each message until Ctrl-C.', 'mosquitto_sub', [
    ...(filters.length > 0 ? filters : ['a filter that you grant it']).map((filter) => `  -t '${filter}'`),
    '  -v',
  ])
  const say = (to: string) =>
    variant('Publish', 'Sends one message. If it is refused, it prints why.', 'mosquitto_pub', [
      `  -q 1 -t ${to} -m hello`,
    ])
  return {
    id: 'mosquitto',
    label: 'mosquitto',
    variants: topic === null ? [watch] : [watch, say(topic)],
  }
}

/** A flow to import: a connection, and a node for each filter, whose messages are shown. */
function nodeRed({ username, password, filters }: Client, server: URL): Snippet {
  const flow = [
    {
      id: 'heliograph-broker',
      type: 'mqtt-broker',
      name: 'Heliograph',
      broker: hostOf(server),
      port: portOf(server),
      usetls: server.protocol === 'mqtts:',
      protocolVersion: '5',
      keepalive: '60',
      cleansession: true,
      autoConnect: true,
      credentials: { user: username, password },
    },
    ...(filters.length > 0 ? filters : ['']).map((topic, index) => ({
      id: `heliograph-in-${index + 1}`,
      type: 'mqtt in',
      name: 'Heliograph',
      topic,
      qos: '1',
      datatype: 'auto-detect',
      broker: 'heliograph-broker',
      inputs: 0,
      wires: [['heliograph-show']],
    })),
    {
      id: 'heliograph-show',
      type: 'debug',
      name: 'show',
      active: true,
      tosidebar: true,
      complete: 'payload',
    },
  ]
  return {
    id: 'node-red',
    label: 'Node-RED',
    variants: [
      {
        label: 'Flow',
        note: 'Menu → Import, paste, then Deploy. The sidebar Debug shows the messages.',
        version: null,
        language: 'json',
        code: JSON.stringify(flow, null, 2),
      },
    ],
  }
}

/** Telemetry arrives with the organization's slug and the device's id as tags. */
function telegraf({ username, password, urls, filters }: Client): Snippet {
  const server = urls.tcp === null ? urls.ws : telegrafServer(new URL(urls.tcp))
  const code = [
    '[[inputs.mqtt_consumer]]',
    `  servers = ["${server}"]`,
    `  topics = [${filters.map((filter) => `"${filter}"`).join(', ')}]`,
    `  username = "${username}"`,
    `  password = "${password}"`,
    '  qos = 1',
    '  data_format = "json"',
    '',
    '  [[inputs.mqtt_consumer.topic_parsing]]',
    '    topic = "+/devices/+/telemetry"',
    '    tags = "organization/_/device/_"',
  ]
  const note = 'A part of telegraf.conf. It connects by MQTT 3.1.1.'
  return {
    id: 'telegraf',
    label: 'Telegraf',
    variants: [{ label: 'Input', note, version: null, language: 'python', code: code.join('\n') }],
  }
}

function telegrafServer(server: URL): string {
  return `${server.protocol === 'mqtts:' ? 'ssl' : 'tcp'}://${server.hostname}:${portOf(server)}`
}

function mqttJs(client: Client): Snippet {
  const variant = (label: string, note: string, code: string[]): SnippetVariant => ({
    label,
    note,
    version: null,
    language: 'javascript',
    code: code.join('\n'),
  })
  const body = mqttJsCode(client)
  return {
    id: 'mqttjs',
    label: 'MQTT.js',
    variants: [
      variant('Node.js', 'Save it as watch.mjs. It runs until Ctrl-C.', [
        '// npm install mqtt',
        '// node watch.mjs',
        `import mqtt from 'mqtt'`,
        '',
        ...body,
      ]),
      variant('Web page', 'In a page, below a script element with mqtt.min.js from the package mqtt.', body),
    ],
  }
}

function mqttJsCode({ username, password, urls, filters, topic }: Client): string[] {
  return [
    `const client = mqtt.connect('${urls.ws}', {`,
    '  protocolVersion: 5,',
    `  username: '${username}',`,
    `  password: '${password}',`,
    '})',
    '',
    `client.on('connect', () => {`,
    `  console.log('connected')`,
    ...filters.map((filter) => `  client.subscribe('${filter}')`),
    ...(topic === null ? [] : [`  client.publish('${topic}', 'hello', { qos: 1 })`]),
    '})',
    `client.on('message', (topic, payload) => console.log(topic, payload.toString()))`,
    `client.on('error', (error) => console.log('not connected:', error.code ?? '', error.message))`,
  ]
}
