import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { inProject } from '../../scripts/foundation/paths.mjs'
import type { Platform } from './platform.js'
import { hasMosquitto } from './publish.js'

const standInScript = inProject('tests/support/mosquitto-pub.mjs')

/** Runs what the documents tell people to type: only addresses, ports, secrets and the organization are put in. */
export class DocumentShell {
  private constructor(
    private readonly platform: Platform,
    private readonly organization: string,
    private readonly key: string,
    readonly directory: string,
  ) {}

  static async create(platform: Platform, organization: string, key: string): Promise<DocumentShell> {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-documents-'))
    // The documents' curl prints a refusal and goes on; here it fails.
    await fs.writeFile(path.join(directory, '.curlrc'), 'fail-with-body\nshow-error\n')
    return new DocumentShell(platform, organization, key, directory)
  }

  /** Returns what the commands print, their errors last; rejects when one fails. */
  async run(commands: string): Promise<{ output: string; errors: string }> {
    const here = commands
      .replaceAll('127.0.0.1:3000', `127.0.0.1:${this.platform.port}`)
      .replaceAll('-p 1883', `-p ${this.platform.mqttPort}`)
      .replaceAll('hg_key_…', this.key)
      .replaceAll('ORG=main', `ORG=${this.organization}`)
    const standIn = `mosquitto_pub() { node "$MOSQUITTO_PUB" "$@"; }`
    const child = spawn('bash', ['-c', [...(hasMosquitto ? [] : [standIn]), 'set -eu', here].join('\n')], {
      cwd: this.directory,
      env: {
        ...process.env,
        CURL_HOME: this.directory,
        KEY: this.key,
        ORG: this.organization,
        MOSQUITTO_PUB: standInScript,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const closed = once(child, 'close')
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = await closed
    if (code !== 0) throw new Error(`ended with ${code}\n${errors}\n${output}`)
    return { output, errors }
  }

  async remove(): Promise<void> {
    await fs.rm(this.directory, { recursive: true })
  }
}
