import type { IssuedCredential } from '@heliograph/protocol'
import { hostOf, portOf } from './server-address.js'
import type { Snippet } from './snippet.js'

export function python(credential: IssuedCredential): Snippet {
  const code = program(credential)
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

/** Runs on paho 1.6 and on paho 2. */
function program({ clientId, username, password, topics, urls }: IssuedCredential): string[] {
  const server = new URL(urls.tcp ?? urls.ws)
  const overWebSocket = urls.tcp === null
  const transport = overWebSocket ? ', transport="websockets"' : ''
  const secure = server.protocol === 'mqtts:' || server.protocol === 'wss:'
  return [
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
}
