import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'

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
    return (await client.query(sql)).rows[0]
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
    expect(second.url).not.toBe(first.url)
    expect(await query(second.url, 'SELECT 1 AS one')).toEqual({ one: 1 })
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
