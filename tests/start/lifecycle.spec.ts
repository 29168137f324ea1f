import fs from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterDirectory } from '../../scripts/database/postgres-runner.mjs'
import { isAlive, waitForExit } from '../../scripts/process/processes.mjs'
import { createEmptyDatabase } from '../support/database.js'
import { StartSite } from '../support/supervised.js'

const exitTimeoutMs = 30_000
/** Each start makes a database, and other suites may run beside it. */
const slowMs = 240_000
const isRoot = process.getuid?.() === 0
let site: StartSite

beforeEach(async () => {
  site = await StartSite.create()
})

afterEach(() => site.remove())

describe('npm start', { timeout: slowMs }, () => {
  it('serves, and on SIGTERM stops with all processes that it started', async () => {
    const run = site.run()
    const url = await run.ready
    expect(url).toBe(`http://127.0.0.1:${site.env.PORT}`)
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(
      await query(
        site,
        `SELECT DISTINCT rolname, rolsuper, rolcreaterole, rolcreatedb
         FROM pg_stat_activity JOIN pg_roles ON pg_roles.oid = usesysid WHERE application_name LIKE 'heliograph%'`,
      ),
    ).toEqual([{ rolname: 'heliograph_api', rolsuper: false, rolcreaterole: false, rolcreatedb: false }])
    const processes = [await postgresPid(site), ...(await apiPids(site))]

    run.kill('SIGTERM')
    expect(await run.exited).toBe(0)
    for (const pid of processes) expect(isAlive(pid)).toBe(false)
    expect(run.output().match(/^ready /gm)).toHaveLength(1)
  })

  it('starts again after kill -9 with everything that was committed', async () => {
    const first = site.run()
    await first.ready
    await query(site, `CREATE TABLE kept AS SELECT n FROM generate_series(1, 1000) n`)
    const postgres = await postgresPid(site)
    const [api = 0] = await apiPids(site)
    process.kill(api, 'SIGKILL')
    first.kill('SIGKILL')
    await first.exited
    expect(isAlive(postgres)).toBe(true)

    const second = site.run()
    await second.ready
    expect(await query(site, 'SELECT count(*)::int AS count FROM kept')).toEqual([{ count: 1000 }])
    expect(await postgresPid(site)).not.toBe(postgres)
  })

  it('takes over from an api whose supervisor was killed', async () => {
    const first = site.run()
    await first.ready
    const [api = 0] = await apiPids(site)
    first.kill('SIGKILL')
    await first.exited

    const second = site.run()
    await second.ready
    expect(isAlive(api)).toBe(false)
  })

  it('restarts the api when it ends by itself', async () => {
    const run = site.run()
    const url = await run.ready
    const [api = 0] = await apiPids(site)
    process.kill(api, 'SIGKILL')
    await waitForExit(api, exitTimeoutMs)
    await expect.poll(() => run.output(), { timeout: exitTimeoutMs }).toContain('The api is ready again.')
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('restarts PostgreSQL when it ends by itself', async () => {
    const run = site.run()
    const url = await run.ready
    const postgres = await postgresPid(site)
    process.kill(postgres, 'SIGKILL')
    await waitForExit(postgres, exitTimeoutMs)
    const isReady = async () => (await fetch(`${url}/readyz`)).status
    await expect.poll(isReady, { timeout: exitTimeoutMs, interval: 100 }).toBe(200)
    expect(await postgresPid(site)).not.toBe(postgres)
  })

  it.runIf(isRoot)('says where the database is when root has to keep it elsewhere', async () => {
    const parent = path.dirname(site.dataDir)
    await fs.writeFile(path.join(parent, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    await fs.chmod(parent, 0o700)
    const run = site.run({ PATH: `${parent}:${process.env.PATH}` })
    await run.ready
    const home = path.dirname(clusterDirectory(site.dataDir))
    expect(home).toMatch(/^\/var\/lib\/heliograph\/[0-9a-f]+$/)
    expect(run.output()).toContain(`Its files are in ${home}, not in ${site.dataDir}`)
    run.kill('SIGTERM')
    expect(await run.exited).toBe(0)
    await fs.rm(home, { recursive: true })
  })

  it('uses the server that DATABASE_URL names and creates no embedded database', async () => {
    const database = await createEmptyDatabase()
    const run = site.run({ DATABASE_URL: database.url })
    await run.ready
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    const { rows } = await client.query('SELECT count(*)::int AS count FROM _prisma_migrations')
    await client.end()
    expect(rows[0].count).toBeGreaterThan(0)
    await expect(fs.access(path.join(site.dataDir, 'postgres'))).rejects.toThrow()
    run.kill('SIGTERM')
    await run.exited
    await database.drop()
  })
})

async function postgresPid({ dataDir }: StartSite): Promise<number> {
  const lines = await fs.readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')
  return Number(lines.split('\n')[0])
}

async function apiPids({ dataDir }: StartSite): Promise<number[]> {
  const lock: { children: { pid: number }[] } = JSON.parse(
    await fs.readFile(path.join(dataDir, 'lock'), 'utf8'),
  )
  return lock.children.map(({ pid }) => pid)
}

async function query({ dataDir }: StartSite, sql: string): Promise<unknown[]> {
  const password = await fs.readFile(path.join(dataDir, 'postgres-password'), 'utf8')
  const host = path.join(dataDir, 'socket')
  const client = new pg.Client({ host, password, user: 'heliograph', database: 'heliograph' })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
