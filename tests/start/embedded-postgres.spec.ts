import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'
import { migrate } from '../../scripts/database/migrate.mjs'
import { runScript } from '../support/command.js'

type EmbeddedPostgres = Awaited<ReturnType<typeof startEmbeddedPostgres>>

const isRoot = process.getuid?.() === 0
let directory: string
let running: EmbeddedPostgres | undefined
const originalPath = process.env.PATH

beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-embedded-'))
  // What lies below is reachable for others, as most directories are.
  await fs.chmod(directory, 0o755)
})

afterEach(async () => {
  process.env.PATH = originalPath
  await running?.stop()
  running = undefined
  await fs.rm(directory, { recursive: true, force: true })
})

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  running = await startEmbeddedPostgres({ dataDir })
  return running
}

async function query(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const results = [await client.query(sql)].flat()
    return results.at(-1)?.rows[0]
  } finally {
    await client.end()
  }
}

/** Makes the program that lends root another identity fail, as containers and hardened systems do. */
async function blockNamespaces(): Promise<void> {
  const bin = path.join(directory, 'bin')
  await fs.mkdir(bin)
  await fs.writeFile(path.join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  process.env.PATH = `${bin}:${originalPath}`
}

describe('the embedded PostgreSQL', () => {
  it('is durable, uses UTF-8, sorts by bytes, and listens only on its socket', async () => {
    const { url } = await start(path.join(directory, 'data'))
    const settings = [
      'fsync',
      'full_page_writes',
      'server_encoding',
      'listen_addresses',
      'unix_socket_permissions',
    ]
    const columns = settings.map((name) => `current_setting('${name}') AS ${name}`).join(', ')
    expect(await query(url, `SELECT ${columns}, length('é') AS length, 'a' < 'B' AS ignores_case`)).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      server_encoding: 'UTF8',
      listen_addresses: '',
      unix_socket_permissions: '0700',
      length: 1,
      ignores_case: false,
    })
  })

  it('denies others its files, its socket and its password', async () => {
    const dataDir = path.join(directory, 'data')
    const { url } = await start(dataDir)
    for (const name of ['postgres', 'socket', 'postgres-password']) {
      expect((await fs.stat(path.join(dataDir, name))).mode & 0o077).toBe(0)
    }
    await expect(query(url.replace(/:[0-9a-f]+@/, ':guess@'), 'SELECT 1')).rejects.toThrow(
      'password authentication failed',
    )
  })

  it('sets a new password when the password file is lost', async () => {
    const dataDir = path.join(directory, 'data')
    const first = await start(dataDir)
    await first.stop()
    await fs.rm(path.join(dataDir, 'postgres-password'))
    const second = await start(dataDir)
    expect(second.adminUrl).not.toBe(first.adminUrl)
    expect(await query(second.adminUrl, 'SELECT 1 AS one')).toEqual({ one: 1 })
  })

  it('keeps its socket elsewhere when the data directory’s path is too long for one, the same at each start', async () => {
    const dataDir = path.join(directory, 'long'.repeat(30), 'data')
    const first = await start(dataDir)
    const socketDirectory = new URL(first.url).searchParams.get('host') ?? ''
    expect(socketDirectory.startsWith(os.tmpdir())).toBe(true)
    expect((await fs.stat(socketDirectory)).mode & 0o777).toBe(0o700)
    await first.stop()
    const second = await start(dataDir)
    expect(second.url).toBe(first.url)
    await fs.rm(socketDirectory, { recursive: true })
  })

  it.runIf(isRoot)('runs for root as another account where user namespaces are blocked', async () => {
    const dataDir = path.join(directory, 'data')
    await blockNamespaces()
    const { url } = await start(dataDir)
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one')
    expect((await fs.stat(path.join(dataDir, 'postgres'))).uid).not.toBe(0)
    await running?.stop()

    process.env.PATH = originalPath
    const again = await start(dataDir)
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual({ one: 1 })
  })

  it.runIf(isRoot)(
    'stays in the data directory that it is told of, however deep, where user namespaces are blocked',
    async () => {
      const dataDir = path.join(directory, 'made', 'by', 'the start')
      await blockNamespaces()
      const { home } = await start(dataDir)
      expect(home).toBe(dataDir)
      expect((await fs.stat(dataDir)).mode & 0o066).toBe(0)
    },
  )

  it.runIf(isRoot)('goes on with root’s own files when user namespaces are blocked later on', async () => {
    const dataDir = path.join(directory, 'data')
    const { url } = await start(dataDir)
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one')
    await running?.stop()

    await blockNamespaces()
    const again = await start(dataDir)
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual({ one: 1 })
  })
})

describe('the role of the api', () => {
  const rights = `
    SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls AS privileged,
      current_user::text AS role, (SELECT count(*)::int FROM pg_auth_members WHERE member = pg_roles.oid) AS memberships,
      (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()) AS owner
    FROM pg_roles WHERE rolname = current_user`
  const ownerOnly = { privileged: false, role: 'heliograph_api', memberships: 0, owner: 'heliograph_api' }

  it('owns the database and may do nothing else', async () => {
    const { url } = await start(path.join(directory, 'data'))
    expect(await query(url, rights)).toEqual(ownerOnly)
    await migrate(url)
    await expect(query(url, `COPY (SELECT 1) TO PROGRAM 'cat'`)).rejects.toThrow('permission denied')
    await expect(query(url, `SELECT pg_read_file('postgresql.conf')`)).rejects.toThrow('permission denied')
    await expect(query(url, 'CREATE ROLE another')).rejects.toThrow('permission denied')
    await expect(query(url, 'CREATE DATABASE another')).rejects.toThrow('permission denied')
    await query(url, 'CREATE EXTENSION citext')
  })

  it('is given what an earlier version, which used the superuser, has made', async () => {
    const dataDir = path.join(directory, 'data')
    const first = await start(dataDir)
    await query(first.adminUrl, `DROP OWNED BY heliograph_api; ALTER DATABASE heliograph OWNER TO heliograph`)
    await query(first.adminUrl, 'DROP ROLE heliograph_api')
    await fs.rm(path.join(dataDir, 'postgres-api-password'))
    await migrate(first.adminUrl)
    await query(
      first.adminUrl,
      `CREATE VIEW "a View" AS SELECT 1 AS one; CREATE SEQUENCE free; CREATE TYPE pair AS (a int, b int)`,
    )
    await first.stop()

    const { url } = await start(dataDir)
    expect(await query(url, rights)).toEqual(ownerOnly)
    expect(await migrate(url)).toEqual([])
    expect(
      await query(
        url,
        `SELECT count(*)::int AS others FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
         WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relowner <> current_user::regrole`,
      ),
    ).toEqual({ others: 0 })
    await query(url, 'ALTER TABLE "user" ADD COLUMN more int; ALTER TYPE "Role" ADD VALUE \'more\'')
    await query(url, 'DROP VIEW "a View"; DROP SEQUENCE free; DROP TYPE pair; DROP SCHEMA telemetry CASCADE')
  })

  it('is made by the script that Docker runs, with the same password each time', async () => {
    const { url, adminUrl } = await start(path.join(directory, 'data'))
    const passwordFile = path.join(directory, 'password')
    const prepare = () =>
      runScript('database-role.mjs', [], { DATABASE_ADMIN_URL: adminUrl, PASSWORD_FILE: passwordFile }).ended
    expect(await prepare()).toEqual({
      code: 0,
      output: 'the role heliograph_api owns the database, without the audit\n',
    })
    const password = await fs.readFile(passwordFile, 'utf8')
    expect((await fs.stat(passwordFile)).mode & 0o077).toBe(0)
    expect(await prepare()).toMatchObject({ code: 0 })
    const withPassword = new URL(url)
    withPassword.password = password
    expect(await query(withPassword.href, rights)).toEqual(ownerOnly)
    expect(await runScript('database-role.mjs', []).ended).toMatchObject({ code: 1 })
  })

  it('loses rights that it was given', async () => {
    const dataDir = path.join(directory, 'data')
    const first = await start(dataDir)
    await query(
      first.adminUrl,
      `ALTER ROLE heliograph_api SUPERUSER CREATEROLE; GRANT pg_execute_server_program TO heliograph_api`,
    )
    await first.stop()
    expect(await query((await start(dataDir)).url, rights)).toEqual(ownerOnly)
  })

  it('cannot run its own functions as the superuser that gives it the database', async () => {
    const dataDir = path.join(directory, 'data')
    const first = await start(dataDir)
    await query(first.url, 'CREATE TABLE ran (by text)')
    await query(
      first.url,
      `CREATE FUNCTION format(text, name) RETURNS text LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO public.ran VALUES (current_user); RETURN pg_catalog.format($1, $2); END $$`,
    )
    await query(first.adminUrl, 'CREATE VIEW later AS SELECT 1 AS one')
    await first.stop()
    expect(await query((await start(dataDir)).url, 'SELECT count(*)::int FROM ran')).toEqual({ count: 0 })
  })
})
