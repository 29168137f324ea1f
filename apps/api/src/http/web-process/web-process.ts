import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { withinTimeLimit } from '../../foundation/timers/time-limit.js'
import { FrontDoor } from '../front-door/front-door.js'

const script = fileURLToPath(new URL('../../../../web/server.mjs', import.meta.url))
const shortestDelayMs = 250
const longestDelayMs = 10_000
const keptLines = 20
const stopTimeoutMs = 2_000
/** After a process has run for so long, the next restart waits the shortest delay again. */
const stableAfterMs = 30_000

/** Starts the process that renders the pages, unless WEB_URL names another, and restarts it when it ends. */
@Injectable()
export class WebProcess implements BeforeApplicationShutdown {
  private readonly logger = new Logger(WebProcess.name)
  private child: ChildProcess | null = null
  private timer: NodeJS.Timeout | null = null
  private delayMs = shortestDelayMs
  private stopping = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** Throws when the pages have not been built. */
  async start(): Promise<void> {
    if (this.config.webUrl !== null) return
    if (!fs.existsSync(script)) {
      throw new Error(`The pages are missing: ${script} does not exist. Run "npm run build", or set WEB_URL.`)
    }
    await this.launch()
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true
    if (this.timer !== null) clearTimeout(this.timer)
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await withinTimeLimit(exited, stopTimeoutMs).catch(() => child.kill('SIGKILL'))
    await exited
  }

  private async launch(): Promise<void> {
    const port = await freePort()
    if (this.stopping) return
    const startedAt = Date.now()
    const child = spawn(process.execPath, [script], {
      env: childEnvironment(port),
      // The child ends when this channel closes, so also when this process is killed.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.child = child
    const lastLines = this.followOutput(child)
    this.frontDoor.web.setTarget(`http://127.0.0.1:${port}`)
    child.on('error', (error) => this.logger.error(`the web process did not start: ${error.message}`))
    child.once('exit', (code, signal) =>
      this.onExit(signal ?? `code ${code}`, Date.now() - startedAt, lastLines()),
    )
  }

  /** Logs the output at level debug, and returns a function that returns the last lines: they may say why it ended. */
  private followOutput(child: ChildProcess): () => string[] {
    const last: string[] = []
    if (child.stdout === null) return () => last
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      this.logger.debug(line)
      last.push(line.slice(0, 1_000))
      if (last.length > keptLines) last.shift()
    })
    return () => last
  }

  private onExit(reason: string, ranMs: number, lastLines: readonly string[]): void {
    this.child = null
    this.frontDoor.web.setTarget(null)
    if (this.stopping) return
    this.delayMs = ranMs > stableAfterMs ? shortestDelayMs : Math.min(this.delayMs * 2, longestDelayMs)
    this.logger.warn(`the web process ended (${reason}); it restarts in ${this.delayMs} ms`)
    for (const line of lastLines) this.logger.warn(`output of the web process: ${line}`)
    this.timer = setTimeout(() => void this.relaunch(), this.delayMs)
  }

  private async relaunch(): Promise<void> {
    try {
      await this.launch()
    } catch (error) {
      this.logger.error(error)
      this.onExit('it did not start', 0, [])
    }
  }
}

/** Variables that the web process does not need and must not see. */
const hiddenVariables = [
  'DATABASE_URL',
  'REDIS_URL',
  'AUTH_SECRET',
  'ADMIN_PASSWORD',
  'TLS_KEY',
  'NODE_CHANNEL_FD',
]

function childEnvironment(port: number): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !hiddenVariables.includes(name))
  return { ...Object.fromEntries(inherited), PORT: String(port), HOSTNAME: '127.0.0.1' }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port was found')
  return address.port
}
