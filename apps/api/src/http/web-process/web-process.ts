import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { withinTimeLimit } from '../../foundation/timers/time-limit.js'
import { FrontDoor } from '../front-door/front-door.js'
import { PagesSocket } from './pages-socket.js'

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
  private socket: PagesSocket | null = null
  private timer: NodeJS.Timeout | null = null
  private delayMs = shortestDelayMs
  private stopping = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly frontDoor: FrontDoor,
  ) {}

  /** Throws when the pages have not been built. */
  start(): void {
    if (this.config.webUrl !== null) return
    if (!fs.existsSync(script)) {
      throw new Error(`The pages are missing: ${script} does not exist. Run "npm run build", or set WEB_URL.`)
    }
    this.socket = PagesSocket.create(this.config.dataDir)
    this.launch(this.socket)
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true
    if (this.timer !== null) clearTimeout(this.timer)
    await this.stopChild()
    this.socket?.remove()
  }

  private async stopChild(): Promise<void> {
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await withinTimeLimit(exited, stopTimeoutMs).catch(() => child.kill('SIGKILL'))
    await exited
  }

  private launch(socket: PagesSocket): void {
    if (this.stopping) return
    const socketPath = socket.nextPath()
    const startedAt = Date.now()
    const child = spawn(process.execPath, [script], {
      env: childEnvironment(socketPath),
      // The child ends when this channel closes, so also when this process is killed.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.child = child
    const lastLines = this.followOutput(child)
    this.frontDoor.web.setTarget({ socketPath })
    child.on('error', (error) => this.logger.error(`the web process did not start: ${error.message}`))
    child.once('exit', (code, signal) =>
      this.onExit(socket, {
        reason: signal ?? `code ${code}`,
        ranMs: Date.now() - startedAt,
        lastLines: lastLines(),
      }),
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

  private onExit(socket: PagesSocket, { reason, ranMs, lastLines }: Exit): void {
    this.child = null
    this.frontDoor.web.setTarget(null)
    if (this.stopping) return
    this.delayMs = ranMs > stableAfterMs ? shortestDelayMs : Math.min(this.delayMs * 2, longestDelayMs)
    this.logger.warn(`the web process ended (${reason}); it restarts in ${this.delayMs} ms`)
    for (const line of lastLines) this.logger.warn(`output of the web process: ${line}`)
    this.timer = setTimeout(() => this.launch(socket), this.delayMs)
  }
}

interface Exit {
  reason: string
  ranMs: number
  lastLines: readonly string[]
}

/** Variables that the web process does not need and must not see. */
const hiddenVariables = [
  'DATABASE_URL',
  'REDIS_URL',
  'AUTH_SECRET',
  'AUTH_SECRET_PREVIOUS',
  'ADMIN_PASSWORD',
  'TLS_KEY',
  'NODE_CHANNEL_FD',
]

function childEnvironment(socketPath: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !hiddenVariables.includes(name))
  return { ...Object.fromEntries(inherited), HOSTNAME: '127.0.0.1', SOCKET_PATH: socketPath }
}
