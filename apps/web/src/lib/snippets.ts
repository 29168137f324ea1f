import type { IssuedCredential } from '@heliograph/protocol'
import type { Language } from './highlight'

export interface Snippet {
  id: 'mosquitto' | 'mqttjs' | 'python' | 'curl'
  label: string
  language: Language
  code: string
  /** The same, sending every second until it is stopped; null where the code does so already. */
  repeating: string | null
}

/** Examples that send a first message with a credential, one for each tool. */
export function connectSnippets(credential: IssuedCredential, device: string, httpUrl: string): Snippet[] {
  return [
    ...(credential.urls.tcp === null ? [] : [mosquitto(credential, new URL(credential.urls.tcp))]),
    mqttJs(credential),
    python(credential),
    curl(credential, device, httpUrl),
  ]
}

const EXAMPLE = '{"temperature": 21.5}'
/** Writes a line like the example each second, in any shell; with RANDOM, as in bash and zsh, it varies. */
const EVERY_SECOND = 'while sleep 1; do echo "{\\"temperature\\": 2$((RANDOM % 4)).$((RANDOM % 10))}"; done'

function mosquitto({ clientId, username, password, topics }: IssuedCredential, server: URL): Snippet {
  const tls = server.protocol === 'mqtts:' ? ' --tls-use-os-certs' : ''
  const command = [
    `mosquitto_pub -h ${hostOf(server)} -p ${portOf(server)}${tls} \\`,
    `  -q 1 -i ${clientId} \\`,
    `  -u ${username} \\`,
    `  -P ${password} \\`,
    `  -t ${topics.telemetry} \\`,
  ]
  return {
    id: 'mosquitto',
    label: 'mosquitto_pub',
    language: 'shell',
    code: [...command, `  -m '${EXAMPLE}'`].join('\n'),
    // One connection for all lines, so that the device is online meanwhile.
    repeating: [`${EVERY_SECOND} |`, ...command, '  -l'].join('\n'),
  }
}

function mqttJs({ clientId, username, password, topics, urls }: IssuedCredential): Snippet {
  return {
    id: 'mqttjs',
    label: 'mqtt.js',
    language: 'javascript',
    repeating: null,
    code: [
      '// npm install mqtt',
      `import mqtt from 'mqtt'`,
      '',
      `const client = mqtt.connect('${urls.ws}', {`,
      `  clientId: '${clientId}',`,
      `  username: '${username}',`,
      `  password: '${password}',`,
      '})',
      '',
      `client.on('connect', () => {`,
      '  setInterval(() => {',
      '    const sample = { temperature: 20 + Math.random() * 3 }',
      `    client.publish('${topics.telemetry}', JSON.stringify(sample), { qos: 1 })`,
      '  }, 1000)',
      '})',
    ].join('\n'),
  }
}

function python({ clientId, username, password, topics, urls }: IssuedCredential): Snippet {
  const server = new URL(urls.tcp ?? urls.ws)
  const overWebSocket = urls.tcp === null
  const transport = overWebSocket ? ', transport="websockets"' : ''
  const secure = server.protocol === 'mqtts:' || server.protocol === 'wss:'
  return {
    id: 'python',
    label: 'Python',
    language: 'python',
    repeating: null,
    code: [
      '# pip install paho-mqtt',
      'import json, random, time',
      'import paho.mqtt.client as mqtt',
      '',
      `client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="${clientId}"${transport})`,
      `client.username_pw_set("${username}", "${password}")`,
      ...(overWebSocket ? [`client.ws_set_options(path="${server.pathname}")`] : []),
      ...(secure ? ['client.tls_set()'] : []),
      `client.connect("${hostOf(server)}", ${portOf(server)})`,
      'client.loop_start()',
      '',
      'while True:',
      '    sample = {"temperature": round(random.uniform(20, 23), 2)}',
      `    client.publish("${topics.telemetry}", json.dumps(sample), qos=1)`,
      '    time.sleep(1)',
    ].join('\n'),
  }
}

function curl({ username, password }: IssuedCredential, device: string, httpUrl: string): Snippet {
  const url = new URL(`/api/v1/devices/${device}/telemetry`, httpUrl)
  return {
    id: 'curl',
    label: 'curl',
    language: 'shell',
    repeating: null,
    code: [
      `curl -u '${username}:${password}' \\`,
      `  -H 'content-type: application/json' \\`,
      `  -d '${EXAMPLE}' \\`,
      `  ${url}`,
    ].join('\n'),
  }
}

/** Without the brackets that an IPv6 address wears in a URL. */
function hostOf(server: URL): string {
  return server.hostname.replace(/^\[|\]$/g, '')
}

const DEFAULT_PORTS: Record<string, string> = {
  'mqtt:': '1883',
  'mqtts:': '8883',
  'ws:': '80',
  'wss:': '443',
}

function portOf(server: URL): string {
  return server.port || (DEFAULT_PORTS[server.protocol] ?? '1883')
}
