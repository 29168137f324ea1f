import type { IssuedCredential } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { connectSnippets } from './connect-snippets.ts'
import type { MqttVersion } from './snippet.ts'

const topic = (name: string) => `acme/devices/pump-7/${name}`
const credential: IssuedCredential = {
  id: 'c1',
  name: null,
  createdAt: '2026-01-01T00:00:00Z',
  expiresAt: null,
  clientId: 'pump-7',
  username: 'c1',
  password: 'hg_dev_secret',
  urls: { ws: 'ws://127.0.0.1:3000/mqtt', tcp: 'mqtt://127.0.0.1:1884' },
  topics: {
    telemetry: topic('telemetry'),
    events: topic('events'),
    reported: topic('state/reported'),
    desired: topic('state/desired'),
    command: topic('commands/+/request'),
    reply: topic('commands/+/reply'),
    presence: topic('presence'),
    notices: topic('notices'),
  },
}
const snippets = (given = credential) => connectSnippets(given, 'pump-7', 'http://127.0.0.1:3000')
const snippet = (id: string, label: string, given = credential, version: MqttVersion = '3.1.1') =>
  snippets(given)
    .find((one) => one.id === id)
    ?.variants.find((one) => one.label === label && (one.version ?? version) === version)?.code

describe('connectSnippets', () => {
  it('fills each one in with secret and address', () => {
    for (const { variants } of snippets())
      for (const { code } of variants) {
        expect(code).toContain('hg_dev_secret')
        expect(code).toContain('127.0.0.1')
        expect(code).not.toContain('undefined')
      }
  })

  it('names host and port as mosquitto_pub takes them', () => {
    expect(snippet('mosquitto', 'Once')).toContain('-h 127.0.0.1 -p 1884 ')
    const tls = { ...credential, urls: { ...credential.urls, tcp: 'mqtts://iot.example.com' } }
    expect(snippet('mosquitto', 'Once', tls)).toContain('-h iot.example.com -p 8883 --tls-use-os-certs')
    expect(snippet('arduino', 'Arduino', tls)).toContain('client.begin("iot.example.com", 8883, network)')
  })

  it('does without TCP where it is off', () => {
    const webSocketOnly = { ...credential, urls: { ws: 'wss://iot.example.com/mqtt', tcp: null } }
    expect(snippets(webSocketOnly).map(({ id }) => id)).toEqual(['python', 'mqttjs', 'curl'])
    expect(snippet('python', 'Windows', webSocketOnly)).toContain('transport="websockets"')
    expect(snippet('python', 'Windows', webSocketOnly)).toContain('client.connect("iot.example.com", 443)')
  })

  it('offers mosquitto_pub with one connection for a message a second', () => {
    const [loop, ...command] = snippet('mosquitto', 'Every second')?.split('\n') ?? []
    expect(loop).toMatch(/^while sleep 1; do echo .*; done \|$/)
    expect(command.slice(0, -1)).toEqual(snippet('mosquitto', 'Once')?.split('\n').slice(0, -1))
    expect(command.at(-1)).toBe('  -l')
  })

  it('offers both versions of MQTT where the client has both, the newer first', () => {
    const versions = snippets().map(({ id, variants }) => [
      id,
      [...new Set(variants.map((one) => one.version))],
    ])
    expect(versions).toEqual([
      ['mosquitto', ['5', '3.1.1']],
      ['python', ['5', '3.1.1']],
      ['mqttjs', ['5', '3.1.1']],
      ['arduino', [null]],
      ['curl', [null]],
    ])
    for (const label of ['Once', 'Every second', 'cmd.exe', 'PowerShell'])
      expect(snippet('mosquitto', label, credential, '5')?.replace(' -V mqttv5', '')).toBe(
        snippet('mosquitto', label),
      )
    expect(snippet('python', 'Windows', credential, '5')).toContain('protocol=mqtt.MQTTv5')
  })

  it('quotes and continues lines as each shell of Windows does', () => {
    expect(snippet('mosquitto', 'cmd.exe')?.split('\n')).toEqual([
      'mosquitto_pub -h 127.0.0.1 -p 1884 ^',
      '  -q 1 -i pump-7 ^',
      '  -u c1 ^',
      '  -P hg_dev_secret ^',
      '  -t acme/devices/pump-7/telemetry ^',
      '  -m "{\\"temperature\\": 21.5}"',
    ])
    expect(snippet('mosquitto', 'PowerShell')?.split('\n').at(0)).toBe(
      `'{"temperature": 21.5}' | mosquitto_pub -h 127.0.0.1 -p 1884 \``,
    )
    expect(snippet('curl', 'cmd.exe')).toContain('-d "{\\"temperature\\": 21.5}" ^')
  })

  it('sends to the HTTP address of the device', () => {
    for (const label of ['curl', 'cmd.exe', 'PowerShell'])
      expect(snippet('curl', label)).toContain('http://127.0.0.1:3000/api/v1/devices/pump-7/telemetry')
  })
})
