import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'
import { migrate } from '../../scripts/database/migrate.mjs'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { Accounts } from './accounts.mjs'
import { freePort, inScratch } from './scratch.mjs'
import { startServer } from './server-process.mjs'

const organization = 'bench'
/** Limits of rates and of one owner's connections off, as for the broker alone: otherwise the limits would be measured. */
const unlimitedRates = [
  'maxPublishesPerSecond',
  'maxPublishBytesPerSecond',
  'maxGroupPublishesPerSecond',
  'maxGroupPublishBytesPerSecond',
  'maxConnectionsPerOwner',
  'maxConnectsPerSecondPerOwner',
  'maxConnectsPerSecondPerGroup',
]
  .map((limit) => `${limit}=Infinity`)
  .join(',')
const contract =
  /^(PORT|HOST|MQTTS?_PORT|(MQTT_)?LIMITS|METRICS_TOKEN|TLS_.+|DATABASE_URL|REDIS_URL|DATA_DIR|WEB_URL|PUBLIC_URL|ALLOWED_ORIGINS)$/

/**
 * The platform as `npm start` runs it: the embedded PostgreSQL with its usual settings, so that a commit is on the
 * disk, and the api. A server that answers nothing replaces the pages unless a suite needs them.
 */
export class Platform {
  #postgres
  #pages
  #ports
  #directory
  #api
  #administrator = { email: 'bench@example.com', password: randomBytes(16).toString('base64url') }

  /**
   * Makes the database and an organization with an administrator, and starts the api; with `pages`, the real ones too, with
   * `defaultRates`, the limits of rates that it has by itself. `postgres` are settings of PostgreSQL in place of its usual ones.
   */
  static async create({ name, cpu, nodeOptions = [], pages = false, defaultRates = false, postgres = {} }) {
    const platform = new Platform()
    const settings = { realPages: pages, defaultRates, postgresSettings: postgres }
    Object.assign(platform, { name, cpu, nodeOptions, ...settings })
    try {
      await platform.#prepare()
    } catch (error) {
      await platform.dispose()
      throw error
    }
    return platform
  }

  get organization() {
    return organization
  }

  /**
   * Where it listens; starts the api unless it runs. The processor time that is counted is the api's: PostgreSQL's
   * processes come and go, and count as other processes.
   */
  async start() {
    this.#api ??= await this.#launch()
    const { http: ws, tcp } = this.#ports
    return { pids: [this.#api.pid], tcp, ws, path: '/mqtt' }
  }

  /** Where a person finds the pages, and who may sign in. */
  get pages() {
    return { url: `http://127.0.0.1:${this.#ports.http}`, organization, administrator: this.#administrator }
  }

  /** Of PostgreSQL, whose children serve the api. */
  get databasePid() {
    return this.#postgres.pid
  }

  get databaseUrl() {
    return this.#postgres.url
  }

  /** Ends the api; the database stays. */
  async stop() {
    const api = this.#api
    this.#api = undefined
    await api?.stop()
  }

  async dispose() {
    await this.stop()
    await this.pool?.end()
    await this.#postgres?.stop()
    this.#pages?.close()
    if (this.#directory) fs.rmSync(this.#directory, { recursive: true, force: true })
    if (this.#postgres && this.#postgres.home !== this.#directory)
      fs.rmSync(this.#postgres.home, { recursive: true, force: true })
  }

  /** Resolves when the commit queues are empty. */
  async settle() {
    while ((await this.metric('heliograph_ingest_waiting_samples')) > 0) await sleep(100)
  }

  /** What /metrics says. */
  async metrics() {
    return (await fetch(`http://127.0.0.1:${this.#ports.http}/metrics`)).text()
  }

  /** A file beside those of the database, which is removed with them. */
  scratchFile(name) {
    return path.join(this.#directory, name)
  }

  /** The value of one of the api's metrics without labels. */
  async metric(name) {
    const text = await this.metrics()
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `))
    if (line === undefined) throw new Error(`the platform has no metric ${name}`)
    return Number(line.split(' ')[1])
  }

  async #prepare() {
    this.#directory = fs.mkdtempSync(inScratch('platform-'))
    this.#postgres = await startEmbeddedPostgres({
      dataDir: this.#directory,
      settings: this.postgresSettings,
    })
    await migrate(this.#postgres.url)
    this.pool = new pg.Pool({ connectionString: this.#postgres.adminUrl, max: 4 })
    this.pool.on('error', () => {})
    this.#ports = { http: await freePort(), tcp: await freePort(), pages: await freePort() }
    this.#pages = http.createServer((_request, response) => response.end())
    await new Promise((resolve) => this.#pages.listen(this.#ports.pages, '127.0.0.1', resolve))
    await this.start()
    this.accounts = await Accounts.signIn(
      `http://127.0.0.1:${this.#ports.http}`,
      organization,
      this.#administrator,
    )
  }

  #launch() {
    const inherited = Object.entries(process.env).filter(([name]) => !contract.test(name))
    return startServer({
      name: this.name,
      cpu: this.cpu,
      command: [process.execPath, ...this.nodeOptions, inProject('apps/api/dist/main.js')],
      cwd: this.#directory,
      ipc: true,
      env: {
        ...Object.fromEntries(inherited),
        PORT: String(this.#ports.http),
        MQTT_PORT: String(this.#ports.tcp),
        ...(this.defaultRates ? {} : { MQTT_LIMITS: unlimitedRates }),
        ...(this.realPages ? {} : { WEB_URL: `http://127.0.0.1:${this.#ports.pages}` }),
        DATABASE_URL: this.#postgres.url,
        DATA_DIR: path.join(this.#directory, 'data'),
        ADMIN_EMAIL: this.#administrator.email,
        ADMIN_PASSWORD: this.#administrator.password,
        ORG: organization,
      },
    })
  }
}
