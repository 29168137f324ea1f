import type { IssuedCredential } from '@heliograph/protocol'
import type { Language } from './highlight.js'

export interface Snippet {
  id: 'mosquitto' | 'python' | 'mqttjs' | 'arduino' | 'curl'
  label: string
  /** The first is shown at first; with more than one, a person chooses. */
  variants: readonly [SnippetVariant, ...SnippetVariant[]]
}

export interface SnippetVariant {
  label: string
  language: Language
  /** What it does, and where it works. */
  note: string
  code: string
}

/** Examples that send a first message with a credential, one for each tool. */
export function connectSnippets(credential: IssuedCredential, device: string, httpUrl: string): Snippet[] {
  const server = credential.urls.tcp === null ? null : new URL(credential.urls.tcp)
  return [
    ...(server === null ? [] : [mosquitto(credential, server)]),
    python(credential),
    mqttJs(credential),
    ...(server === null ? [] : [arduino(credential, server)]),
    curl(credential, device, httpUrl),
  ]
}

const EXAMPLE = '{"temperature": 21.5}'
/** The C runtime of Windows takes a quote inside quotes with a backslash; cmd.exe leaves it alone. */
const EXAMPLE_FOR_CMD = '"{\\"temperature\\": 21.5}"'
/** Writes a line like the example each second, in any shell; with RANDOM, as in bash and zsh, it varies. */
const EVERY_SECOND = 'while sleep 1; do echo "{\\"temperature\\": 2$((RANDOM % 4)).$((RANDOM % 10))}"; done'

function mosquitto({ clientId, username, password, topics }: IssuedCredential, server: URL): Snippet {
  const tls = server.protocol === 'mqtts:' ? ' --tls-use-os-certs' : ''
  const command = [
    `mosquitto_pub -h ${hostOf(server)} -p ${portOf(server)}${tls}`,
    `  -q 1 -i ${clientId}`,
    `  -u ${username}`,
    `  -P ${password}`,
    `  -t ${topics.telemetry}`,
  ]
  const once = 'Sends one message.'
  const shell = { language: 'shell' as const }
  return {
    id: 'mosquitto',
    label: 'mosquitto_pub',
    variants: [
      { ...shell, label: 'Once', note: once, code: lines([...command, `  -m '${EXAMPLE}'`], '\\') },
      {
        ...shell,
        label: 'Every second',
        note: 'Stays connected and sends until Ctrl-C.',
        // One connection for all lines, so that the device is online meanwhile.
        code: `${EVERY_SECOND} |\n${lines([...command, '  -l'], '\\')}`,
      },
      { ...shell, label: 'cmd.exe', note: once, code: lines([...command, `  -m ${EXAMPLE_FOR_CMD}`], '^') },
      {
        ...shell,
        label: 'PowerShell',
        note: once,
        // PowerShell 5 and 7 disagree about quotes in an argument, so that the message comes from a pipe.
        code: `'${EXAMPLE}' | ${lines([...command, '  -s'], '`')}`,
      },
    ],
  }
}

function python({ clientId, username, password, topics, urls }: IssuedCredential): Snippet {
  const server = new URL(urls.tcp ?? urls.ws)
  const overWebSocket = urls.tcp === null
  const transport = overWebSocket ? ', transport="websockets"' : ''
  const secure = server.protocol === 'mqtts:' || server.protocol === 'wss:'
  const code = [
    'import json, random, time',
    'import paho.mqtt.client as mqtt',
    '',
    'def on_connect(client, userdata, flags, reason, properties=None):',
    '    print("connected" if reason == 0 else f"not connected: {mqtt.connack_string(reason)}")',
    `    client.subscribe("${topics.notices}")`,
    '',
    'def on_message(client, userdata, message):',
    '    print("refused:", message.payload.decode())',
    '',
    'def on_publish(client, userdata, mid, *rest):',
    '    print("acknowledged:", mid)',
    '',
    'def on_disconnect(client, userdata, *rest):',
    '    print("disconnected; trying again")',
    '',
    '# paho 2 wants to know which callbacks it calls; paho 1 does not ask.',
    'version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []',
    `client = mqtt.Client(*version, client_id="${clientId}"${transport})`,
    'client.on_connect, client.on_message = on_connect, on_message',
    'client.on_publish, client.on_disconnect = on_publish, on_disconnect',
    `client.username_pw_set("${username}", "${password}")`,
    ...(overWebSocket ? [`client.ws_set_options(path="${server.pathname}")`] : []),
    ...(secure ? ['client.tls_set()'] : []),
    `client.connect("${hostOf(server)}", ${portOf(server)})`,
    'client.loop_start()',
    '',
    'while True:',
    '    time.sleep(1)',
    '    if client.is_connected():',
    '        sample = json.dumps({"temperature": round(random.uniform(20, 23), 2)})',
    `        mid = client.publish("${topics.telemetry}", sample, qos=1).mid`,
    '        print("sent:", mid, sample)',
  ]
  const variant = (label: string, install: string[]) => ({
    label,
    language: 'python' as const,
    note: 'Save it as device.py. It sends each second until Ctrl-C.',
    code: [...install, ...code].join('\n'),
  })
  return {
    id: 'python',
    label: 'Python',
    variants: [
      variant('Linux and macOS', [
        '# python3 -m venv venv && venv/bin/pip install paho-mqtt && venv/bin/python device.py',
        '# Debian and Ubuntu: apt install python3-venv first, or python3-paho-mqtt instead of a venv.',
      ]),
      variant('Windows', [
        '# py -m venv venv',
        '# venv\\Scripts\\pip install paho-mqtt',
        '# venv\\Scripts\\python device.py',
      ]),
    ],
  }
}

function mqttJs({ clientId, username, password, topics, urls }: IssuedCredential): Snippet {
  const code = [
    '// npm install mqtt',
    '// node device.mjs',
    `import mqtt from 'mqtt'`,
    '',
    `const client = mqtt.connect('${urls.ws}', {`,
    `  clientId: '${clientId}',`,
    `  username: '${username}',`,
    `  password: '${password}',`,
    '})',
    '',
    `client.on('connect', () => {`,
    `  console.log('connected')`,
    `  client.subscribe('${topics.notices}')`,
    '})',
    `client.on('message', (topic, payload) => console.log('refused:', payload.toString()))`,
    `client.on('error', (error) => console.log('not connected:', error.code ?? '', error.message))`,
    `client.on('close', () => console.log('disconnected; trying again'))`,
    '',
    'setInterval(() => {',
    '  if (!client.connected) return',
    '  const sample = JSON.stringify({ temperature: 20 + Math.random() * 3 })',
    `  client.publish('${topics.telemetry}', sample, { qos: 1 }, (error) => {`,
    `    console.log(error ? \`not sent: \${error.message}\` : \`acknowledged: \${sample}\`)`,
    '  })',
    '}, 1000)',
  ]
  return {
    id: 'mqttjs',
    label: 'mqtt.js',
    variants: [
      {
        label: 'Node.js',
        language: 'javascript',
        note: 'Save it as device.mjs. It sends each second until Ctrl-C.',
        code: code.join('\n'),
      },
    ],
  }
}

function arduino({ clientId, username, password, topics }: IssuedCredential, server: URL): Snippet {
  const secure = server.protocol === 'mqtts:'
  const code = [
    '#include <WiFi.h>',
    ...(secure ? ['#include <WiFiClientSecure.h>'] : []),
    '#include <MQTT.h>  // the library "MQTT" by Joel Gaehwiler',
    '',
    `${secure ? 'WiFiClientSecure' : 'WiFiClient'} network;`,
    'MQTTClient client(512);',
    '',
    'void refused(String &topic, String &payload) {',
    '  Serial.println("refused: " + payload);',
    '}',
    '',
    'void setup() {',
    '  Serial.begin(115200);',
    '  WiFi.begin("NAME OF YOUR WIFI", "ITS PASSWORD");',
    ...(secure ? ['  network.setInsecure();  // or setCACert() with the certificate of your authority'] : []),
    `  client.begin("${hostOf(server)}", ${portOf(server)}, network);`,
    '  client.onMessage(refused);',
    '}',
    '',
    'void loop() {',
    '  delay(1000);',
    '  if (WiFi.status() != WL_CONNECTED) return;',
    '  if (!client.connected()) {',
    `    bool in = client.connect("${clientId}", "${username}",`,
    `      "${password}");`,
    '    if (!in) {',
    '      Serial.printf("not connected: error %d, return code %d\\n", client.lastError(), client.returnCode());',
    '      return;',
    '    }',
    '    Serial.println("connected");',
    `    client.subscribe("${topics.notices}");`,
    '  }',
    '  client.loop();',
    '  String sample = "{\\"temperature\\": " + String(20 + random(300) / 100.0) + "}";',
    `  bool stored = client.publish("${topics.telemetry}", sample, false, 1);`,
    '  Serial.println((stored ? "acknowledged: " : "not acknowledged: ") + sample);',
    '}',
  ]
  return {
    id: 'arduino',
    label: 'ESP32',
    variants: [
      {
        label: 'Arduino',
        language: 'cpp',
        note: 'A sketch for the Arduino IDE. It sends each second.',
        code: code.join('\n'),
      },
    ],
  }
}

function curl({ username, password }: IssuedCredential, device: string, httpUrl: string): Snippet {
  const url = new URL(`/api/v1/devices/${device}/telemetry`, httpUrl).href
  const note = 'Sends one message.'
  const shell = { language: 'shell' as const, note }
  return {
    id: 'curl',
    label: 'HTTP',
    variants: [
      {
        ...shell,
        label: 'curl',
        code: lines(
          [
            `curl -u '${username}:${password}'`,
            `  -H 'content-type: application/json'`,
            `  -d '${EXAMPLE}'`,
            `  ${url}`,
          ],
          '\\',
        ),
      },
      {
        ...shell,
        label: 'cmd.exe',
        code: lines(
          [
            `curl -u "${username}:${password}"`,
            `  -H "content-type: application/json"`,
            `  -d ${EXAMPLE_FOR_CMD}`,
            `  ${url}`,
          ],
          '^',
        ),
      },
      {
        ...shell,
        label: 'PowerShell',
        code: [
          `$login = [Convert]::ToBase64String([Text.Encoding]::ASCII.GetBytes('${username}:${password}'))`,
          lines(
            [
              `Invoke-RestMethod -Method Post -Uri ${url}`,
              `  -Headers @{ Authorization = "Basic $login" }`,
              `  -ContentType 'application/json'`,
              `  -Body '${EXAMPLE}'`,
            ],
            '`',
          ),
        ].join('\n'),
      },
    ],
  }
}

/** One command on several lines. */
function lines(parts: readonly string[], continuation: '\\' | '^' | '`'): string {
  return parts.join(` ${continuation}\n`)
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
