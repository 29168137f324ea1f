import type { IssuedCredential } from '@heliograph/protocol'
import { hostOf, portOf } from './server-address.ts'
import { atLeastOne, type MqttVersion, mqttVersions, type Snippet } from './snippet.ts'

export function python(credential: IssuedCredential): Snippet {
  const variants = mqttVersions.flatMap((version) => {
    const code = pythonCode(credential, version)
    const variant = (label: string, install: string[]) => ({
      ...{ label, version, language: 'python' as const },
      note: 'Save it as device.py. It sends each second until Ctrl-C.',
      code: [...install, ...code].join('\n'),
    })
    return [
      variant('Linux and macOS', [
        '# python3 -m venv venv && venv/bin/pip install paho-mqtt && venv/bin/python device.py',
        '# Debian and Ubuntu: apt install python3-venv first, or python3-paho-mqtt instead of a venv.',
      ]),
      variant('Windows', [
        '# py -m venv venv',
        '# venv\\Scripts\\pip install paho-mqtt',
        '# venv\\Scripts\\python device.py',
      ]),
    ]
  })
  return { id: 'python', label: 'Python', variants: atLeastOne(variants) }
}

function pythonCode({ clientId, username, password, topics, urls }: IssuedCredential, version: MqttVersion) {
  const server = new URL(urls.tcp ?? urls.ws)
  const overWebSocket = urls.tcp === null
  const options = [
    `client_id="${clientId}"`,
    ...(overWebSocket ? ['transport="websockets"'] : []),
    ...(version === '5' ? ['protocol=mqtt.MQTTv5'] : []),
  ]
  const secure = server.protocol === 'mqtts:' || server.protocol === 'wss:'
  return [
    'import json, random, time',
    'import paho.mqtt.client as mqtt',
    '',
    ...pythonCallbacks[version](topics.notices),
    '',
    'def on_disconnect(client, userdata, *rest):',
    '    print("disconnected; trying again")',
    '',
    '# paho 2 wants to know which callbacks it calls; paho 1 does not ask.',
    'version = [mqtt.CallbackAPIVersion.VERSION2] if hasattr(mqtt, "CallbackAPIVersion") else []',
    `client = mqtt.Client(*version, ${options.join(', ')})`,
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

/** What is told: in MQTT 5 by the acknowledgement, before by a notice alone. Notices also tell of a clock that is not set. */
const pythonCallbacks: Record<MqttVersion, (notices: string) => string[]> = {
  '5': (notices) => [
    'def on_connect(client, userdata, flags, reason, properties=None):',
    '    print("connected" if reason == 0 else f"not connected: {reason}")',
    `    client.subscribe("${notices}")`,
    '',
    'def on_message(client, userdata, message):',
    '    print("notice:", message.payload.decode())',
    '',
    '# paho 1 does not say with which reason a message was acknowledged.',
    'def on_publish(client, userdata, mid, reason=None, properties=None):',
    '    refused = reason is not None and reason.is_failure',
    '    why = getattr(properties, "ReasonString", reason)',
    '    print("refused:" if refused else "acknowledged:", mid, why if refused else "")',
  ],
  '3.1.1': (notices) => [
    'def on_connect(client, userdata, flags, reason, properties=None):',
    '    print("connected" if reason == 0 else f"not connected: {mqtt.connack_string(reason)}")',
    `    client.subscribe("${notices}")`,
    '',
    'def on_message(client, userdata, message):',
    '    print("notice:", message.payload.decode())',
    '',
    'def on_publish(client, userdata, mid, *rest):',
    '    print("acknowledged:", mid)',
  ],
}
