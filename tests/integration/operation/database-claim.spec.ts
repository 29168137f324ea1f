import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { inProject } from '../../../scripts/foundation/paths.mjs'
import { environment } from '../../support/environment.js'
import { freePort } from '../../support/free-port.js'
import { type Platform, startPlatform } from '../../support/platform.js'
import { eventually } from '../mqtt/support.js'

const lock = 'pg_advisory_lock(1751477353, 1)'

let platform: Platform
let other: pg.Client | undefined

beforeAll(async () => {
  platform = await startPlatform()
})
afterEach(async () => {
  await other?.end()
  other = undefined
})
afterAll(() => platform?.stop())

const status = async () => (await fetch(`${platform.url}/readyz`)).status

/** A connection like that of a platform on another machine. */
async function otherPlatform(): Promise<pg.Client> {
  other = new pg.Client({
    connectionString: platform.databaseUrl,
    application_name: 'heliograph claim 0a1b2c3d 42@elsewhere',
  })
  await other.connect()
  return other
}

/** The process id of the server for the connection that has the lock. */
async function holder(): Promise<number | undefined> {
  const { rows } = await platform.pool.query<{ pid: number }>(
    `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1751477353 AND d.datname = current_database()`,
  )
  return rows[0]?.pid
}

describe('a second platform on the same database', () => {
  it('does not start, and names the first and what to do; the first still works', async () => {
    const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-second-'))
    const child = spawn(process.execPath, [inProject('apps/api/dist/main.js')], {
      cwd: dataDir,
      env: environment({
        PORT: String(await freePort()),
        MQTT_PORT: '0',
        DATABASE_URL: platform.databaseUrl,
        DATA_DIR: dataDir,
        WEB_URL: inject('webUrl'),
      }),
    })
    const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    expect(code).toBe(1)
    expect(output).toContain('Heliograph does not start.')
    expect(output).toContain(`process ${platform.pid} on ${os.hostname()}`)
    expect(output).toContain('DATABASE_URL')
    expect(await status()).toBe(200)
    await fs.rm(dataDir, { recursive: true })
  })
})

describe('a platform that starts', () => {
  it('can take the database after another was killed', async () => {
    await platform.kill('SIGKILL')
    await platform.restart()
    expect(await status()).toBe(200)
  })

  it('waits until the connection of a killed platform has ended', async () => {
    await platform.kill('SIGKILL')
    const client = await otherPlatform()
    await client.query(`SELECT ${lock}`)
    const starting = platform.restart()
    await eventually(() => expect(platform.logs()).toContain('in use by process 42 on elsewhere'))
    await client.end()
    other = undefined
    await starting
    expect(await status()).toBe(200)
  })
})

describe('a platform that loses its connection', () => {
  it('takes the database again', async () => {
    const before = await holder()
    expect(before).toBeDefined()
    await platform.pool.query('SELECT pg_terminate_backend($1)', [before])
    await eventually(async () => {
      const after = await holder()
      expect(after).toBeDefined()
      expect(after).not.toBe(before)
    })
    expect(await status()).toBe(200)
  })

  it('stops with a message when another platform has taken the database', async () => {
    const before = await holder()
    const client = await otherPlatform()
    const taken = client.query(`SELECT ${lock}`)
    await eventually(async () => {
      const { rows } = await platform.pool.query('SELECT 1 FROM pg_locks WHERE NOT granted')
      expect(rows).not.toEqual([])
    })
    await platform.pool.query('SELECT pg_terminate_backend($1)', [before])
    await taken
    // SIGCONT changes nothing: `kill` only waits here until the platform has ended by itself.
    expect(await platform.kill('SIGCONT')).toBe(1)
    expect(platform.logs()).toContain('Heliograph stops.\nAnother Heliograph uses this database')
  })
})
