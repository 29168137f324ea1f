import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { environment } from './environment.js'
import { freePort } from './free-port.js'

/** One run of what `npm start` runs. */
export interface StartRun {
  readonly pid: number
  /** Resolves with the address once the line `ready …` is printed; rejects when the run ends before. */
  ready: Promise<string>
  /** Resolves with the exit code, null when killed. */
  exited: Promise<number | null>
  kill(signal: NodeJS.Signals): void
  /** Its output so far. */
  output(): string
}

/** Ports and a data directory, on which `npm start` can be run again and again. */
export class StartSite {
  readonly #children: ChildProcess[] = []

  private constructor(
    readonly dataDir: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  static async create(): Promise<StartSite> {
    const directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-start-'))
    // Below a directory that every account may enter, root's database stays in the data directory.
    await fs.chmod(directory, 0o711)
    const dataDir = path.join(directory, 'data')
    const [port, mqttPort] = [await freePort(), await freePort()]
    return new StartSite(dataDir, { PORT: String(port), MQTT_PORT: String(mqttPort), DATA_DIR: dataDir })
  }

  run(env: NodeJS.ProcessEnv = {}): StartRun {
    const child = spawn(process.execPath, [inProject('scripts/start.mjs')], {
      cwd: inProject(),
      env: environment({ ...this.env, ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.push(child)
    return watch(child)
  }

  /** Ends what still runs and removes the data. */
  async remove(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, 'exit')
        child.kill('SIGTERM')
        await exited
      }),
    )
    await fs.rm(path.dirname(this.dataDir), { recursive: true, force: true })
  }
}

/** Reads the output of a running start script. */
export function watch(child: ChildProcess): StartRun {
  let output = ''
  const exited = once(child, 'close').then(([code]) => code)
  const ready = new Promise<string>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      output += chunk
      const url = /^ready (\S+)$/m.exec(output)?.[1]
      if (url) resolve(url)
    }
    child.stdout?.on('data', onData)
    child.stderr?.on('data', onData)
    exited.then((code) => reject(new Error(`npm start ended (${code}) before it was ready:\n${output}`)))
  })
  // A test of a failing run does not wait for it to be ready.
  ready.catch(() => {})
  return { pid: child.pid ?? 0, ready, exited, kill: (signal) => child.kill(signal), output: () => output }
}
