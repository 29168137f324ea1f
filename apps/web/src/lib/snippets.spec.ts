import type { IssuedCredential } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { connectSnippets } from './snippets'

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
const snippet = (id: string, given = credential, part: 'code' | 'repeating' = 'code') =>
  connectSnippets(given, 'pump-7', 'http://127.0.0.1:3000').find((one) => one.id === id)?.[part]

describe('connectSnippets', () => {
  it('fills each one in with secret and address', () => {
    for (const { code, repeating } of connectSnippets(credential, 'pump-7', 'http://127.0.0.1:3000')) {
      for (const text of [code, repeating ?? code]) {
        expect(text).toContain('hg_dev_secret')
        expect(text).toContain('127.0.0.1')
        expect(text).not.toContain('undefined')
      }
    }
  })

  it('names host and port as mosquitto_pub takes them', () => {
    expect(snippet('mosquitto')).toContain('-h 127.0.0.1 -p 1884 ')
    const tls = { ...credential, urls: { ...credential.urls, tcp: 'mqtts://iot.example.com' } }
    expect(snippet('mosquitto', tls)).toContain('-h iot.example.com -p 8883 --tls-use-os-certs')
  })

  it('does without TCP where it is off', () => {
    const webSocketOnly = { ...credential, urls: { ws: 'wss://iot.example.com/mqtt', tcp: null } }
    expect(snippet('mosquitto', webSocketOnly)).toBeUndefined()
    expect(snippet('python', webSocketOnly)).toContain('transport="websockets"')
    expect(snippet('python', webSocketOnly)).toContain('client.connect("iot.example.com", 443)')
  })

  it('offers mosquitto_pub with one connection for a message a second', () => {
    const [loop, ...command] = snippet('mosquitto', credential, 'repeating')?.split('\n') ?? []
    expect(loop).toMatch(/^while sleep 1; do echo .*; done \|$/)
    expect(command.slice(0, -1)).toEqual(snippet('mosquitto')?.split('\n').slice(0, -1))
    expect(command.at(-1)).toBe('  -l')
  })

  it('sends to the HTTP address of the device', () => {
    expect(snippet('curl')).toContain('http://127.0.0.1:3000/api/v1/devices/pump-7/telemetry')
  })
})
