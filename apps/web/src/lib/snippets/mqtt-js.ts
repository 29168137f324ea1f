import type { IssuedCredential } from '@heliograph/protocol'
import { atLeastOne, type MqttVersion, mqttVersions, type Snippet } from './snippet.ts'

export function mqttJs(credential: IssuedCredential): Snippet {
  const variants = mqttVersions.map((version) => ({
    ...{ label: 'Node.js', version, language: 'javascript' as const },
    note: 'Save it as device.mjs. It sends each second until Ctrl-C.',
    code: mqttJsCode(credential, version).join('\n'),
  }))
  return { id: 'mqttjs', label: 'mqtt.js', variants: atLeastOne(variants) }
}

function mqttJsCode({ clientId, username, password, topics, urls }: IssuedCredential, version: MqttVersion) {
  const acknowledged = {
    '5': [
      `  client.publish('${topics.telemetry}', sample, { qos: 1 }, (error, packet) => {`,
      '    const why = packet?.properties?.reasonString ?? error?.message',
      `    console.log(error ? \`refused: \${why}\` : \`acknowledged: \${sample}\`)`,
    ],
    '3.1.1': [
      `  client.publish('${topics.telemetry}', sample, { qos: 1 }, (error) => {`,
      `    console.log(error ? \`not sent: \${error.message}\` : \`acknowledged: \${sample}\`)`,
    ],
  }
  return [
    '// npm install mqtt',
    '// node device.mjs',
    `import mqtt from 'mqtt'`,
    '',
    `const client = mqtt.connect('${urls.ws}', {`,
    `  protocolVersion: ${version === '5' ? 5 : 4},`,
    `  clientId: '${clientId}',`,
    `  username: '${username}',`,
    `  password: '${password}',`,
    '})',
    '',
    `client.on('connect', () => {`,
    `  console.log('connected')`,
    `  client.subscribe('${topics.notices}')`,
    '})',
    `client.on('message', (topic, payload) => console.log('notice:', payload.toString()))`,
    `client.on('error', (error) => console.log('not connected:', error.code ?? '', error.message))`,
    `client.on('close', () => console.log('disconnected; trying again'))`,
    '',
    'setInterval(() => {',
    '  if (!client.connected) return',
    '  const sample = JSON.stringify({ temperature: 20 + Math.random() * 3 })',
    ...acknowledged[version],
    '  })',
    '}, 1000)',
  ]
}
