import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { IssuedApiKey, IssuedCredential } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { shellCommands } from '../../support/markdown.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { hasMosquitto } from '../../support/publish.js'

const standInScript = inProject('tests/support/mosquitto-pub.mjs')

/** Not the one of the documents, so that a command that names theirs fails. */
const organization = 'workshop'

/** What the documents tell people to type, typed: only addresses, ports, secrets and the organization are put in. */
describe('the commands of the documents', () => {
  let platform: Platform
  let administrator: Administrator
  let key: string
  let directory: string

  beforeAll(async () => {
    platform = await startPlatform()
    administrator = await createAdministrator(platform, organization)
    key = (await administrator.send<IssuedApiKey>('POST', '/api/v1/api-keys', { name: 'documents' })).key
    directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-documents-'))
    // The documents' curl prints a refusal and goes on; here it fails.
    await fs.writeFile(path.join(directory, '.curlrc'), 'fail-with-body\nshow-error\n')
  })

  afterAll(async () => {
    await platform?.stop()
    if (directory) await fs.rm(directory, { recursive: true })
  })

  async function run(commands: string): Promise<string> {
    const here = commands
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${platform.port}`)
      .replaceAll('-p 1883', `-p ${platform.mqttPort}`)
      .replaceAll('hg_key_…', key)
      .replaceAll('ORG=main', `ORG=${organization}`)
    const standIn = `mosquitto_pub() { node "$MOSQUITTO_PUB" "$@"; }`
    const child = spawn('bash', ['-c', [...(hasMosquitto ? [] : [standIn]), 'set -eu', here].join('\n')], {
      cwd: directory,
      env: {
        ...process.env,
        CURL_HOME: directory,
        KEY: key,
        ORG: organization,
        MOSQUITTO_PUB: standInScript,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const closed = once(child, 'close')
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = await closed
    if (code !== 0) throw new Error(`ended with ${code}\n${errors}\n${output}`)
    return output
  }

  const latest = async (device: string) => {
    const { items } = await administrator.send<{ items: { key: string; value: unknown }[] }>(
      'GET',
      `/api/v1/devices/${device}/telemetry/latest`,
    )
    return Object.fromEntries(items.map((item) => [item.key, item.value]))
  }

  it('the first device of the README sends its first sample', async () => {
    const lines = shellCommands('README.md', 'First device, from a script').split('\n')
    const publishing = lines.filter((line) => line.startsWith('mosquitto_pub'))
    expect({ lines: lines.length, publishing: publishing.length }).toEqual({ lines: 4, publishing: 1 })

    const output = await run(lines.filter((line) => !publishing.includes(line)).join('\n'))
    const credential: IssuedCredential = JSON.parse(output.slice(output.lastIndexOf('{"id"')))
    await run(
      publishing.join('\n').replace('USERNAME', credential.username).replace('PASSWORD', credential.password),
    )
    expect(await latest('greenhouse-pump')).toEqual({ temperature: 21.5 })
  })

  it('the script of the first steps sends over MQTT and HTTP, and reads it back', async () => {
    const output = await run(shellCommands('docs/getting-started.md', 'First device, from a script'))
    expect(await latest('tank-4')).toEqual({ level: 0.81, open: false })
    expect(output).toContain('"key":"level"')
    const { items } = await administrator.send<{ items: { value: unknown }[] }>(
      'GET',
      '/api/v1/devices/tank-4/telemetry?keys=level',
    )
    expect(items.map(({ value }) => value)).toEqual([0.82, 0.81])
  })

  it('every way of reading telemetry answers for these devices', async () => {
    const output = await run(shellCommands('docs/reading-telemetry.md', 'Reading telemetry'))
    expect(output).toContain('"resolution":"raw"')
    expect(output).toContain('"device":"tank-4"')
    expect(await fs.readFile(path.join(directory, 'year.csv'), 'utf8')).toMatch(
      /^time,ts,key,value\r?\n.*,21\.5/,
    )
  })

  it('a token for MQTT is answered', async () => {
    const output = await run(shellCommands('docs/topics-and-payloads.md', 'Identity'))
    expect(output).toContain('"password":"hg_tok_')
  })
})
