import fs from 'node:fs'
import fsp from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../../scripts/database/embedded-postgres.mjs'
import { migrate } from '../../../scripts/database/migrate.mjs'

type Server = Awaited<ReturnType<typeof startEmbeddedPostgres>>

/** A PostgreSQL that a test may do anything to, as durable as the one that `npm start` brings. */
export class OwnPostgres {
  private readonly cleanUps: (() => unknown)[] = []

  private constructor(
    private readonly directory: string,
    private server: Server,
  ) {}

  static async start(): Promise<OwnPostgres> {
    const directory = await fsp.mkdtemp(path.join(os.tmpdir(), 'heliograph-own-db-'))
    const server = await startEmbeddedPostgres({ dataDir: directory })
    await migrate(server.url)
    return new OwnPostgres(directory, server)
  }

  get url(): string {
    return this.server.url
  }

  /** Runs a statement on a connection of its own, as a superuser. */
  async query<Row extends pg.QueryResultRow>(sql: string, database = 'heliograph'): Promise<Row[]> {
    const url = new URL(this.server.adminUrl)
    url.pathname = `/${database}`
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    try {
      return (await client.query<Row>(sql)).rows
    } finally {
      await client.end()
    }
  }

  /** Whom its processes run as, and its files belong to. */
  get account(): { uid: number; gid: number } {
    return fs.statSync(path.join(this.server.home, 'postgres'))
  }

  /** Removes a directory at the end; gives it. */
  keep(directory: string): string {
    this.cleanUps.push(() => fsp.rm(directory, { recursive: true, force: true }))
    return directory
  }

  /** Does something at the end, once it has stopped. What came last is done first. */
  atEnd(cleanUp: () => void): void {
    this.cleanUps.push(cleanUp)
  }

  /** Freezes it: connections stay open, nothing answers. */
  freeze(): void {
    this.signal('SIGSTOP')
  }

  thaw(): void {
    this.signal('SIGCONT')
  }

  /** Ends it as a power failure would. */
  async crash(): Promise<void> {
    this.signal('SIGKILL')
    await this.server.exited
  }

  async stop(): Promise<void> {
    await this.server.stop()
  }

  async startAgain(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.directory })
  }

  async remove(): Promise<void> {
    this.thaw()
    await this.server.stop()
    for (const cleanUp of this.cleanUps.reverse()) await cleanUp()
    await fsp.rm(this.directory, { recursive: true, force: true })
    if (this.server.home !== this.directory) await fsp.rm(this.server.home, { recursive: true, force: true })
  }

  /** The server and all its processes, each of which is in a group of its own. */
  private signal(signal: NodeJS.Signals): void {
    const file = `/proc/${this.server.pid}/task/${this.server.pid}/children`
    const children = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
    for (const pid of [this.server.pid, ...children.split(' ').map(Number)]) {
      try {
        if (pid > 0) process.kill(pid, signal)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      }
    }
  }
}
