import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { inject } from 'vitest'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { createDatabase } from './database.js'
import { environment } from './environment.js'
import { freePort } from './free-port.js'

export interface PlatformOptions {
  /** Variables of the contract to set beside the ports, the database and the data directory. */
  env?: NodeJS.ProcessEnv
  /** A web server of its own, spawned by the api as in production, instead of the one that the test run shares. */
  ownWeb?: boolean
  /** A mail server to send mails by; the links in them lead to this platform. */
  smtpUrl?: string
}

/** A running api process on ports, a database and a data directory of its own. */
export interface Platform {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** `ws://127.0.0.1:PORT/mqtt` */
  readonly mqttWebSocketUrl: string
  /** `mqtt://127.0.0.1:MQTT_PORT` */
  readonly mqttTcpUrl: string
  readonly port: number
  readonly mqttPort: number
  readonly databaseUrl: string
  readonly dataDir: string
  /** Connections to the platform's database, to inspect it without the api. */
  readonly pool: pg.Pool
  /** Id of the api process. */
  readonly pid: number
  /** All that the api has printed so far, over all its starts. */
  logs(): string
  /** Ends the api with the signal, if it runs, and resolves with its exit code (null when killed). */
  kill(signal: NodeJS.Signals): Promise<number | null>
  /** Starts the api again on the same ports, database and data directory; ends it before if it runs. */
  restart(env?: NodeJS.ProcessEnv): Promise<void>
  /** Ends the api and removes its database and data directory. */
  stop(): Promise<void>
}

/** Starts the built api and resolves when it says that it is ready. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const database = await createDatabase()
  const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-test-'))
  const port = await freePort()
  const mqttPort = await freePort()
  const output: string[] = []
  let child: ChildProcess | undefined

  const start = async (env: NodeJS.ProcessEnv = {}) => {
    child = spawn(process.execPath, [inProject('apps/api/dist/main.js')], {
      cwd: dataDir,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: environment({
        PORT: String(port),
        MQTT_PORT: String(mqttPort),
        DATABASE_URL: database.url,
        DATA_DIR: dataDir,
        ...(options.ownWeb ? {} : { WEB_URL: inject('webUrl') }),
        ...(options.smtpUrl
          ? {
              SMTP_URL: options.smtpUrl,
              MAIL_FROM: 'Heliograph <iot@example.com>',
              PUBLIC_URL: `http://127.0.0.1:${port}`,
            }
          : {}),
        ...options.env,
        ...env,
      }),
    })
    child.stdout?.on('data', (chunk) => output.push(String(chunk)))
    child.stderr?.on('data', (chunk) => output.push(String(chunk)))
    await untilReady(child, output)
  }

  const kill = async (signal: NodeJS.Signals) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null
    // `close` comes after all output, also that of the processes that it started.
    const closed = once(child, 'close')
    child.kill(signal)
    const [code] = await closed
    return code
  }

  const cleanUp = async () => {
    await kill('SIGTERM')
    await database.drop()
    await fs.rm(dataDir, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await kill('SIGKILL')
    await cleanUp()
    throw error
  }

  return {
    url: `http://127.0.0.1:${port}`,
    mqttWebSocketUrl: `ws://127.0.0.1:${port}/mqtt`,
    mqttTcpUrl: `mqtt://127.0.0.1:${mqttPort}`,
    port,
    mqttPort,
    databaseUrl: database.url,
    dataDir,
    pool: database.pool,
    get pid() {
      return child?.pid ?? 0
    },
    logs: () => output.join(''),
    kill,
    async restart(env) {
      await kill('SIGTERM')
      await start(env)
    },
    stop: cleanUp,
  }
}

async function untilReady(child: ChildProcess, output: string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      if (isReady(message)) resolve()
    })
    child.once('error', reject)
    // At `exit` the last output may not have arrived yet.
    child.once('close', (code, signal) => {
      reject(new Error(`The api ended (${code ?? signal}) before it was ready:\n${output.join('')}`))
    })
  })
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready'
}
