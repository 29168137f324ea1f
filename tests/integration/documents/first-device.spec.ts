import fs from 'node:fs/promises'
import path from 'node:path'
import type { IssuedApiKey, IssuedCredential } from '@heliograph/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Administrator, createAdministrator } from '../../support/accounts.js'
import { DocumentShell } from '../../support/document-shell.js'
import { shellCommands } from '../../support/markdown.js'
import { type Platform, startPlatform } from '../../support/platform.js'

/** Not the one of the documents, so that a command that names theirs fails. */
const organization = 'workshop'

/** What the documents tell people to type, typed: only addresses, ports, secrets and the organization are put in. */
describe('the commands of the documents', () => {
  let platform: Platform
  let administrator: Administrator
  let shell: DocumentShell

  beforeAll(async () => {
    platform = await startPlatform()
    administrator = await createAdministrator(platform, organization)
    const { key } = await administrator.send<IssuedApiKey>('POST', '/api/v1/api-keys', { name: 'documents' })
    shell = await DocumentShell.create(platform, organization, key)
  })

  afterAll(async () => {
    await platform?.stop()
    await shell?.remove()
  })

  const run = async (commands: string) => (await shell.run(commands)).output

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
    expect(await fs.readFile(path.join(shell.directory, 'year.csv'), 'utf8')).toMatch(
      /^time,ts,key,value\r?\n.*,21\.5/,
    )
  })

  it('a token for MQTT is answered', async () => {
    const output = await run(shellCommands('docs/topics-and-payloads.md', 'Identity'))
    expect(output).toContain('"password":"hg_tok_')
  })
})
