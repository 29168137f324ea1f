import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { connectToken, eventually, type Message, record, registerDevice, requestToken } from './support.js'

// A real mosquitto is the broker of a plant, and a bridge to the platform with the defaults of its configuration.

const program = ['/usr/sbin/mosquitto', 'mosquitto'].find(
  (name) => spawnSync(name, ['-h']).error === undefined,
)
const protocols = ['mqttv311', 'mqttv31', 'mqttv50'] as const

let platform: Platform
let admin: Administrator
let directory: string
let mosquitto: ChildProcess | null = null
let plant: MqttClient

beforeAll(async () => {
  platform = await startPlatform()
  admin = await createAdministrator(platform)
  directory = mkdtempSync(join(tmpdir(), 'bridge-'))
})

afterEach(async () => {
  await plant?.endAsync(true)
  if (mosquitto === null) return
  const exit = once(mosquitto, 'exit')
  mosquitto.kill()
  await exit
  mosquitto = null
})

afterAll(async () => {
  await platform?.stop()
  rmSync(directory, { recursive: true })
})

interface Login {
  clientId: string
  username: string
  password: string
}

/** Starts mosquitto with a bridge, and connects to it as a client of the plant. */
async function startBridge(login: Login, protocol: string, topics: string[]): Promise<void> {
  if (program === undefined) throw new Error('mosquitto is not installed')
  const port = await freePort()
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'connection plant',
    `address ${new URL(platform.mqttTcpUrl).host}`,
    `bridge_protocol_version ${protocol}`,
    `remote_clientid ${login.clientId}`,
    `remote_username ${login.username}`,
    `remote_password ${login.password}`,
    ...topics.map((topic) => `topic ${topic}`),
  ]
  const file = join(directory, 'mosquitto.conf')
  writeFileSync(file, lines.join('\n'))
  mosquitto = spawn(program, ['-c', file], { stdio: 'ignore' })
  plant = await eventually(() => mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }, false))
}

/** Publishes in the plant until it has arrived: what comes before the bridge is connected may be lost. */
async function publishUntil(topic: string, text: string, arrived: () => void | Promise<void>): Promise<void> {
  await eventually(async () => {
    await plant.publishAsync(topic, text, { qos: 1 })
    await arrived()
  })
}

describe.skipIf(program === undefined).each(protocols)('a bridge of mosquitto with %s', (protocol) => {
  it('carries telemetry of a device to the platform, and notices back', async () => {
    const { id, credential } = await registerDevice(admin)
    const remote = credential.topics.telemetry.slice(0, -'telemetry'.length)
    const topics = [`telemetry out 1 local/ ${remote}`, `notices in 1 local/ ${remote}`]
    await startBridge(credential, protocol, topics)
    await plant.subscribeAsync('local/notices', { qos: 1 })
    const notices: Message[] = record(plant)
    await publishUntil('local/telemetry', '{"level":4.5}', async () => {
      const path = `/api/v1/devices/${id}/telemetry/latest`
      const { items } = await admin.send<{ items: { key: string; value: unknown }[] }>('GET', path)
      expect(items).toMatchObject([{ key: 'level', value: 4.5 }])
    })
    await publishUntil('local/telemetry', 'no json', () => expect(notices.length).toBeGreaterThan(0))
    // The bridge's own notifications under $SYS are not held against the device.
    expect(new Set(notices.map(({ json }) => (json as { code: string }).code))).toEqual(
      new Set(['payload_invalid']),
    )
  })

  it('carries messages of an application both ways, each once', async () => {
    const topic = `${admin.organization}/apps/plant-${protocol}`
    const rights = { subscribe: [`${topic}/#`], publish: [`${topic}/up`, `${topic}/down`] }
    await startBridge(await requestToken(admin, rights), protocol, [`# both 1 local/ ${topic}/`])
    const application = await connectToken(await requestToken(admin, rights))
    await application.subscribeAsync(`${topic}/up`, { qos: 1 })
    const up = record(application)
    await publishUntil('local/up', '"ready?"', () => expect(up.length).toBeGreaterThan(0))
    await plant.subscribeAsync('local/#', { qos: 1 })
    const down = record(plant)
    await plant.publishAsync('local/up', '"last"', { qos: 1 })
    await application.publishAsync(`${topic}/down`, '"hello"', { qos: 1 })
    await eventually(() => expect(down.map(({ text }) => text)).toContain('"hello"'))
    await eventually(() => expect(up.at(-1)?.text).toBe('"last"'))
    // Nothing that the bridge has published comes back to the plant.
    expect(down.filter(({ topic: of }) => of === 'local/up').map(({ text }) => text)).toEqual(['"last"'])
    await application.endAsync()
  })
})
