import type { IssuedCredential } from '@heliograph/protocol'
import type { Snippet } from './snippet.js'

export function mqttJs({ clientId, username, password, topics, urls }: IssuedCredential): Snippet {
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
