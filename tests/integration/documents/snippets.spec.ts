import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type { IssuedCredential } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectSnippets } from '../../../apps/web/src/lib/snippets.js'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { type Platform, startPlatform } from '../../support/platform.js'

const hasPaho = spawnSync('python3', ['-c', 'import paho.mqtt.client']).status === 0
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

  function example(id: string, label: string, password = credential.password): string {
    const snippet = connectSnippets({ ...credential, password }, 'pump', platform.url).find(
      (one) => one.id === id,
    )
    const code = snippet?.variants.find((variant) => variant.label === label)?.code
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

  it('sends by mqtt.js, says what is acknowledged, and why it is not let in', async () => {
    const before = await latest()
    const output = await run('node', 'device.mjs', example('mqttjs', 'Node.js'))
    await eventually(() => expect(output()).toMatch(/connected\nacknowledged: \{"temperature":2\d/))
    expect(await latest()).toBeGreaterThan(before)
    running.pop()?.kill()
    const refused = await run('node', 'wrong.mjs', example('mqttjs', 'Node.js', 'hg_dev_wrong'))
    await eventually(() => expect(refused()).toMatch(/not connected: 4 .*Bad username or password/))
  })

  it.runIf(hasPaho)('sends by Python, says what is acknowledged, and why it is not let in', async () => {
    const before = await latest()
    const output = await run('python3', 'device.py', example('python', 'Linux and macOS'))
    await eventually(() => expect(output()).toMatch(/connected\n(.*\n)*acknowledged: \d+/))
    expect(output()).toMatch(/sent: \d+ \{"temperature": 2\d/)
    expect(await latest()).toBeGreaterThan(before)
    running.pop()?.kill()
    const refused = await run('python3', 'wrong.py', example('python', 'Linux and macOS', 'hg_dev_wrong'))
    await eventually(() => expect(refused()).toMatch(/not connected: .*[Bb]ad user ?name or password/))
  })
})
