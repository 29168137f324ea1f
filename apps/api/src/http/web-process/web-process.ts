import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import readline from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { FrontDoor } from '../front-door/front-door.js'

const script = fileURLToPath(new URL('../../../../web/server.mjs', import.meta.url))
const shortestDelayMs = 250
const longestDelayMs = 10_000
const lastLines = 20
/** A process that ran for so long was fine: its next start need not wait. */
const fineAfterMs = 30_000

/** The process that renders the pages: started here unless WEB_URL names another, and started again when it ends. */
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

  /** Throws when there is nothing to start. */
  async start(): Promise<void> {
    if (this.config.webUrl !== null) return
    if (!fs.existsSync(script)) {
      throw new Error(`The pages are missing: there is no ${script}. Run "npm run build", or set WEB_URL.`)
    }
    await this.launch()
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true
    if (this.timer !== null) clearTimeout(this.timer)
    const { child } = this
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const impatience = setTimeout(() => child.kill('SIGKILL'), 2_000)
    child.kill('SIGTERM')
    await once(child, 'exit')
    clearTimeout(impatience)
  }

  private async launch(): Promise<void> {
    const port = await freePort()
    if (this.stopping) return
    const startedAt = Date.now()
    const child = spawn(process.execPath, [script], {
      env: childEnvironment(port),
      // It ends by itself when this channel closes, however this process came to its end.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    })
    this.child = child
    const said = this.follow(child)
    this.frontDoor.web.setTarget(`http://127.0.0.1:${port}`)
    child.on('error', (error) => this.logger.error(`the web process does not start: ${error.message}`))
    child.once('exit', (code, signal) =>
      this.onExit(signal ?? `code ${code}`, Date.now() - startedAt, said()),
    )
  }

  /** What it says while all is well interests nobody; when it ends, its last lines may say why. */
  private follow(child: ChildProcess): () => string[] {
    const last: string[] = []
    if (child.stdout === null) return () => last
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      this.logger.debug(line)
      last.push(line.slice(0, 1_000))
      if (last.length > lastLines) last.shift()
    })
    return () => last
  }

  private onExit(how: string, ranMs: number, said: readonly string[]): void {
    this.child = null
    this.frontDoor.web.setTarget(null)
    if (this.stopping) return
    this.delayMs = ranMs > fineAfterMs ? shortestDelayMs : Math.min(this.delayMs * 2, longestDelayMs)
    this.logger.warn(`the web process ended (${how}); starting it again in ${this.delayMs} ms`)
    for (const line of said) this.logger.warn(`the web process said: ${line}`)
    this.timer = setTimeout(() => void this.relaunch(), this.delayMs)
  }

  private async relaunch(): Promise<void> {
    try {
      await this.launch()
    } catch (error) {
      this.logger.error(error)
      this.onExit('could not be started', 0, [])
    }
  }
}

const notForPages = [
  'DATABASE_URL',
  'REDIS_URL',
  'AUTH_SECRET',
  'ADMIN_PASSWORD',
  'TLS_KEY',
  'NODE_CHANNEL_FD',
]

function childEnvironment(port: number): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !notForPages.includes(name))
  return { ...Object.fromEntries(inherited), PORT: String(port), HOSTNAME: '127.0.0.1' }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
