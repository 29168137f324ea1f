import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { IssuedApplication } from '@heliograph/protocol'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applicationSnippets } from '../../../apps/web/src/lib/snippets/application-snippets.js'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { hasMosquitto } from '../../support/publish.js'
import { connectApplication, createApplication } from '../applications/support.js'
import { eventually } from '../mqtt/support.js'

const hasNodeRed = spawnSync('node-red', ['--help']).error === undefined

describe('the examples that an application is shown with, as they are pasted', () => {
  let platform: Platform
  let admin: Administrator
  let application: IssuedApplication
  let publisher: MqttClient
  let folder: string
  const running: ChildProcess[] = []

  beforeAll(async () => {
    platform = await startPlatform()
    admin = await createAdministrator(platform)
    const apps = `${admin.organization}/apps/#`
    application = await createApplication(admin, { subscribe: [apps], publish: [apps] })
    publisher = await connectApplication(application)
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-programs-'))
    await fs.symlink(inProject('node_modules'), path.join(folder, 'node_modules'))
  })
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL')
    await publisher?.endAsync()
    await platform?.stop()
    await fs.rm(folder, { recursive: true, force: true })
  })

  function example(id: string, label: string): string {
    const snippet = applicationSnippets(application).find((one) => one.id === id)
    const code = snippet?.variants.find((variant) => variant.label === label)?.code
    if (code === undefined) throw new Error(`There is no example ${id}, ${label}`)
    return code
  }

  /** Runs a program; returns what it has printed so far. */
  function run(command: string, args: string[]): () => string {
    const child = spawn(command, args, { cwd: folder })
    running.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk
      })
    return () => output
  }

  /** Publishes until the program has printed it, since nobody tells when it has subscribed. */
  async function hears(output: () => string, topic: string): Promise<void> {
    await eventually(async () => {
      await publisher.publishAsync(`${admin.organization}/apps/${topic}`, 'heard', { qos: 1 })
      expect(output()).toContain('heard')
    })
  }

  it.runIf(hasMosquitto)('subscribe and publish by mosquitto', async () => {
    const output = run('sh', ['-c', example('mosquitto', 'Subscribe')])
    await hears(output, 'mosquitto/a')
    const published = run('sh', ['-c', example('mosquitto', 'Publish')])
    await eventually(() => expect(output()).toContain(`${admin.organization}/apps/example/hello hello`))
    expect(published()).toBe('')
  })

  it('subscribe and publish by MQTT.js', async () => {
    await fs.writeFile(path.join(folder, 'watch.mjs'), example('mqttjs', 'Node.js'))
    const output = run('node', ['watch.mjs'])
    await hears(output, 'mqttjs/a')
    expect(output()).toContain(`${admin.organization}/apps/example/hello hello`)
  })

  it.runIf(hasNodeRed)('subscribe by Node-RED', async () => {
    const port = await freePort()
    const output = run('node-red', ['--userDir', folder, '--port', String(port)])
    await eventually(() => expect(output()).toContain('Server now running'))
    // As Import and Deploy of the editor do. The console shows what its sidebar shows.
    const flow = JSON.parse(example('node-red', 'Flow')) as { type: string }[]
    const tab = { id: 'tab', type: 'tab', label: 'Flow' }
    const nodes = flow.map((node) =>
      node.type === 'mqtt-broker'
        ? node
        : { ...node, z: 'tab', ...(node.type === 'debug' && { console: 'true' }) },
    )
    const response = await fetch(`http://127.0.0.1:${port}/flows`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'node-red-deployment-type': 'full' },
      body: JSON.stringify([tab, ...nodes]),
    })
    expect(response.status).toBe(204)
    await hears(output, 'node-red/a')
    expect(output()).toContain('Connected to broker')
  })
})
