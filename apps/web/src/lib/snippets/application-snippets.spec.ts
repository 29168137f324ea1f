import type { IssuedApplication } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { applicationSnippets } from './application-snippets.ts'

const application: IssuedApplication = {
  id: 'a1',
  name: 'Node-RED',
  subscribe: ['acme/apps/#', 'acme/devices/+/telemetry'],
  publish: ['acme/devices/+/commands/+/request', 'acme/apps/+/#'],
  origins: null,
  hint: 'cret',
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: null,
  rotatedAt: null,
  previousSecretExpiresAt: null,
  connections: 0,
  lastConnectedAt: null,
  lastAddress: null,
  clientId: 'a1',
  username: 'a1',
  password: 'hg_app_secret',
  urls: { ws: 'ws://127.0.0.1:3000/mqtt', tcp: 'mqtt://127.0.0.1:1884' },
}

const codes = (given: IssuedApplication) =>
  applicationSnippets(given).flatMap(({ id, variants }) =>
    variants.map(({ label, code }) => [`${id} ${label}`, code] as const),
  )

describe('applicationSnippets', () => {
  it('fills each one in with user name, password, address and a topic that was granted', () => {
    for (const [, code] of codes(application)) {
      expect(code).toContain('hg_app_secret')
      expect(code).toContain('a1')
      expect(code).toContain('127.0.0.1')
      expect(code).toMatch(/acme\/(devices\/\+\/telemetry|apps\/example\/example\/hello)/)
      if (code.includes('acme/apps/#')) expect(code).toContain('acme/devices/+/telemetry')
      expect(code).not.toMatch(/undefined|null/)
    }
  })

  it('publishes only where it may, and never a command', () => {
    const none = { ...application, publish: ['acme/devices/+/commands/+/request'] }
    expect(codes(none).map(([label]) => label)).not.toContain('mosquitto Publish')
    for (const [, code] of codes(none)) expect(code).not.toContain('commands')
  })

  it('does without TCP where it is off, and with TLS where it is on', () => {
    const webSocketOnly = { ...application, urls: { ws: 'wss://iot.example.com/mqtt', tcp: null } }
    expect(applicationSnippets(webSocketOnly).map(({ id }) => id)).toEqual(['telegraf', 'mqttjs'])
    const tls = { ...application, urls: { ...application.urls, tcp: 'mqtts://iot.example.com' } }
    const byLabel = Object.fromEntries(codes(tls))
    expect(byLabel['mosquitto Subscribe']).toContain('-h iot.example.com -p 8883 --tls-use-os-certs')
    expect(byLabel['telegraf Input']).toContain('servers = ["ssl://iot.example.com:8883"]')
    expect(JSON.parse(byLabel['node-red Flow'] ?? '')).toContainEqual(
      expect.objectContaining({ type: 'mqtt-broker', port: '8883', usetls: true }),
    )
  })
})
