import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { IssuedCredential } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectSnippets } from '../../../apps/web/src/lib/snippets/connect-snippets.js'
import { type MqttVersion, mqttVersions } from '../../../apps/web/src/lib/snippets/snippet.js'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'

const hasPaho = spawnSync('python3', ['-c', 'import paho.mqtt.client']).status === 0
const hasMosquitto = spawnSync('mosquitto_pub', ['--help']).error === undefined
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 50 })

describe('the examples that a credential is shown with, as they are pasted', () => {
  let platform: Platform
  let administrator: Administrator
  let credential: IssuedCredential
  let folder: string
  const running: ChildProcess[] = []

  beforeAll(async () => {
    platform = await startPlatform()
    administrator = await createAdministrator(platform)
    await administrator.send('POST', '/api/v1/devices', { name: 'Pump', id: 'pump' })
    credential = await administrator.send('POST', '/api/v1/devices/pump/credentials', {})
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-snippets-'))
    await fs.symlink(inProject('node_modules'), path.join(folder, 'node_modules'))
  })
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL')
    await fs.rm(folder, { recursive: true, force: true })
    await platform?.stop()
  })

  /** Runs an example as a file; returns what it has printed so far. */
  async function run(command: string, file: string, code: string): Promise<() => string> {
    await fs.writeFile(path.join(folder, file), code)
    const child = spawn(command, [file], { cwd: folder, env: { ...process.env, PYTHONUNBUFFERED: '1' } })
    running.push(child)
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      output += chunk
    })
    return () => output
  }

  function example(
    id: string,
    label: string,
    { version, password = credential.password }: { version?: MqttVersion; password?: string } = {},
  ): string {
    const snippet = connectSnippets({ ...credential, password }, 'pump', platform.url).find(
      (one) => one.id === id,
    )
    const code = snippet?.variants.find(
      (variant) => variant.label === label && (version ?? null) === variant.version,
    )?.code
    if (code === undefined) throw new Error(`There is no example ${id}, ${label}`)
    return code
  }

  const latest = async () => {
    const { items } = await administrator.send<{ items: { ts: number }[] }>(
      'GET',
      '/api/v1/devices/pump/telemetry/latest',
    )
    return items[0]?.ts ?? 0
  }

  it('sends by curl', async () => {
    await run('sh', 'device.sh', example('curl', 'curl'))
    await eventually(async () => expect(await latest()).toBeGreaterThan(0))
  })

  it.runIf(hasMosquitto).each(mqttVersions)('sends by mosquitto_pub with MQTT %s', async (version) => {
    const before = await latest()
    const output = await run('sh', 'once.sh', example('mosquitto', 'Once', { version }))
    await eventually(async () => expect(await latest()).toBeGreaterThan(before))
    expect(output()).toBe('')
  })

  it.runIf(hasMosquitto)('says by mosquitto_pub why a message is refused', async () => {
    const code = example('mosquitto', 'Once', { version: '5' })
    const output = await run('sh', 'refused.sh', code.replace('21.5', '"21.5'))
    await eventually(() =>
      expect(output()).toMatch(/failed: Payload format invalid\.\npayload invalid: .*JSON/),
    )
  })

  it.each(mqttVersions)('sends by mqtt.js with MQTT %s, and says what happens', async (version) => {
    const before = await latest()
    const code = example('mqttjs', 'Node.js', { version })
    const output = await run('node', 'device.mjs', code)
    await eventually(() => expect(output()).toMatch(/connected\nacknowledged: \{"temperature":2\d/))
    expect(await latest()).toBeGreaterThan(before)
    running.pop()?.kill()
    const invalid = await run('node', 'invalid.mjs', code.replace('JSON.stringify({', 'String({'))
    await eventually(() => expect(invalid()).toMatch(refused[version]))
    running.pop()?.kill()
    const wrong = example('mqttjs', 'Node.js', { version, password: 'hg_dev_wrong' })
    const notConnected = await run('node', 'wrong.mjs', wrong)
    await eventually(() =>
      expect(notConnected()).toMatch(/not connected: (4|134) .*bad user ?name or password/i),
    )
  })

  it.runIf(hasPaho).each(mqttVersions)(
    'sends by Python with MQTT %s, and says what happens',
    async (version) => {
      const before = await latest()
      const code = example('python', 'Linux and macOS', { version })
      const output = await run('python3', 'device.py', code)
      await eventually(() => expect(output()).toMatch(/connected\n(.*\n)*acknowledged: \d+/))
      expect(output()).toMatch(/sent: \d+ \{"temperature": 2\d/)
      expect(await latest()).toBeGreaterThan(before)
      running.pop()?.kill()
      const invalid = await run('python3', 'invalid.py', code.replace('json.dumps(', 'repr('))
      await eventually(() => expect(invalid()).toMatch(refused[version]))
      running.pop()?.kill()
      const wrong = example('python', 'Linux and macOS', { version, password: 'hg_dev_wrong' })
      const notConnected = await run('python3', 'wrong.py', wrong)
      await eventually(() => expect(notConnected()).toMatch(/not connected: .*bad user ?name or password/i))
    },
  )
})

/** How an example says that a message is refused: by its acknowledgement, or, where that has no reason, by a notice. */
const refused: Record<MqttVersion, RegExp> = {
  '5': /refused: .*payload invalid: /,
  '3.1.1': /notice: \{"code":"payload_invalid"/,
}
