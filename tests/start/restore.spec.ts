import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import pg from 'pg'
import { Header } from 'tar'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../../scripts/database/embedded-postgres.mjs'
import { prepareDataDirectory, recordDatabase } from '../../scripts/instance/data-directory.mjs'
import { runScript } from '../support/command.js'
import { forgeBackup } from '../support/forged-backup.js'

let folder: string
let file: string
let tar: Buffer
let dataDir: string
let made = 0

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'heliograph-restore-'))
  await fs.chmod(folder, 0o711)
  const source = path.join(folder, 'source')
  file = path.join(folder, 'one.tar.gz')
  prepareDataDirectory(source)
  await fs.writeFile(path.join(source, 'auth-secret'), `${'s'.repeat(64)}\n`, { mode: 0o600 })
  await withPostgres(source, `CREATE TABLE kept AS SELECT 'here' AS word`)
  await withPostgres(source, `ALTER ROLE heliograph SET session_preload_libraries = 'plpgsql'`)
  await withPostgres(source, 'ALTER DATABASE heliograph SET event_triggers = on')
  recordDatabase(source)
  const { code, output } = await runScript('backup.mjs', ['--to', file], { DATA_DIR: source }).ended
  expect(output).toContain(`backup ${file}`)
  expect(code).toBe(0)
  tar = await promisify(gunzip)(await fs.readFile(file))
})

afterAll(() => fs.rm(folder, { recursive: true, force: true }))

beforeEach(() => {
  dataDir = path.join(folder, `data-${++made}`)
})

async function withPostgres(directory: string, sql: string): Promise<unknown[]> {
  const postgres = await startEmbeddedPostgres({ dataDir: directory })
  const client = new pg.Client({ connectionString: postgres.adminUrl })
  try {
    await client.connect()
    return (await client.query(sql)).rows
  } finally {
    await client.end()
    await postgres.stop()
  }
}

/** The backup with its tar changed. */
async function variant(name: string, change: (copy: Buffer) => Buffer): Promise<string> {
  const changed = path.join(folder, name)
  await fs.writeFile(changed, await promisify(gzip)(change(Buffer.from(tar)), { level: 1 }))
  return changed
}

/** Replaces a text by one of the same length, at its first place. */
function swap(copy: Buffer, from: string, to: string): Buffer {
  const at = copy.indexOf(from)
  expect(at).toBeGreaterThan(0)
  copy.write(to, at)
  return copy
}

async function restore(from: string, ...more: string[]) {
  return runScript('restore.mjs', [from, ...more], { DATA_DIR: dataDir }).ended
}

/** It says why, and there is nothing where the data would be, nor beside it. */
async function expectRefused(from: string, reason: string | RegExp): Promise<void> {
  const { code, output } = await restore(from)
  expect(output).toMatch(reason)
  expect(output).not.toMatch(/^\s+at /m)
  expect(code).toBe(1)
  expect((await fs.readdir(folder)).filter((name) => name.startsWith(path.basename(dataDir)))).toEqual([])
}

describe('npm run restore', () => {
  it('restores the database and the keys of a platform that was stopped', async () => {
    expect(await restore(file)).toMatchObject({ code: 0 })
    expect(await fs.readFile(path.join(dataDir, 'auth-secret'), 'utf8')).toBe(`${'s'.repeat(64)}\n`)
    for (const name of ['.', 'auth-secret', 'postgres-password', 'postgres'])
      expect((await fs.stat(path.join(dataDir, name))).mode & 0o077).toBe(0)
    expect(await withPostgres(dataDir, 'SELECT word FROM kept')).toEqual([{ word: 'here' }])
  })

  it('runs no command of the backup’s configuration and loads no library that it names', async () => {
    const ran = path.join(folder, 'ran')
    const touch = `touch ${ran}; chmod 666 ${ran}`
    const evil = await variant('evil.tar.gz', (copy) =>
      forgeBackup(copy, {
        'postgresql.conf': `archive_mode = on\narchive_command = '${touch}'\ninclude 'more.conf'\n`,
        'more.conf': `restore_command = '${touch}; false'\nrecovery_end_command = '${touch}'\n`,
        'postgresql.auto.conf': `shared_preload_libraries = 'evil'\n`,
        'pg_hba.conf': 'local all all trust\n',
        'recovery.signal': '',
        tablespace_map: `1663 ${folder}\n`,
      }),
    )
    expect(await restore(evil)).toMatchObject({ code: 0 })
    const names = ['archive_mode', 'archive_command', 'restore_command', 'shared_preload_libraries']
    const columns = names.map((name) => `current_setting('${name}') AS ${name}`).join(', ')
    expect(
      await withPostgres(dataDir, `SELECT word, ${columns}, pg_is_in_recovery() AS recovering FROM kept`),
    ).toEqual([
      {
        word: 'here',
        archive_mode: 'off',
        archive_command: '(disabled)',
        restore_command: '',
        shared_preload_libraries: '',
        recovering: false,
      },
    ])
    await expect(fs.stat(ran)).rejects.toThrow('ENOENT')
    expect(await fs.readFile(path.join(dataDir, 'postgres', 'pg_hba.conf'), 'utf8')).not.toContain('trust')
    const kept = await fs.readdir(path.join(dataDir, 'configuration-of-backup'))
    expect(kept).toEqual(expect.arrayContaining(['more.conf', 'postgresql.conf', 'recovery.signal']))
  })

  it('drops the settings of roles and databases, which could load libraries', async () => {
    await restore(file)
    expect(await withPostgres(dataDir, 'SELECT FROM pg_db_role_setting')).toEqual([])
    expect(await fs.readdir(dataDir)).not.toContain('restored')
    await withPostgres(dataDir, `ALTER ROLE heliograph SET work_mem = '5MB'`)
    expect(await withPostgres(dataDir, 'SHOW work_mem')).toEqual([{ work_mem: '5MB' }])
  })

  it('replaces a non-empty directory only with --replace, and keeps it', async () => {
    await restore(file)
    await fs.writeFile(path.join(dataDir, 'auth-secret'), 'another')
    const refused = await restore(file)
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('is not empty')
    expect(await fs.readFile(path.join(dataDir, 'auth-secret'), 'utf8')).toBe('another')

    const { code, output } = await restore(file, '--replace')
    expect(code).toBe(0)
    const aside = /is kept in (\S+\.replaced-\w+):/.exec(output)?.[1] ?? ''
    expect(await fs.readFile(path.join(aside, 'auth-secret'), 'utf8')).toBe('another')
    expect(await fs.readFile(path.join(dataDir, 'auth-secret'), 'utf8')).toBe(`${'s'.repeat(64)}\n`)
    expect(await withPostgres(aside, 'SELECT word FROM kept')).toEqual([{ word: 'here' }])
    expect((await fs.readdir(aside)).concat(await fs.readdir(dataDir))).not.toContain('lock')
  })

  it('refuses while an instance runs, even with --replace', async () => {
    await restore(file)
    const { takeLock } = await import('../../scripts/process/lock.mjs')
    const lock = takeLock(path.join(dataDir, 'lock'))
    const { code, output } = await restore(file, '--replace')
    lock.release()
    expect(code).toBe(1)
    expect(output).toContain(`already runs on the data directory ${dataDir}: process ${process.pid}`)
  })

  it('never moves a foreign directory', async () => {
    await fs.mkdir(dataDir)
    await fs.writeFile(path.join(dataDir, 'thesis.txt'), 'years of work')
    const { code, output } = await restore(file, '--replace')
    expect(code).toBe(1)
    expect(output).toContain('holds files that are not Heliograph’s')
    expect(await fs.readdir(dataDir)).toEqual(['thesis.txt'])
  })

  it('refuses a backup that is cut off, at any place', async () => {
    const whole = await fs.readFile(file)
    const cut = path.join(folder, 'cut.tar.gz')
    for (const bytes of [100, whole.length >> 1, whole.length - 1]) {
      await fs.writeFile(cut, whole.subarray(0, bytes))
      await expectRefused(cut, 'ends too early')
    }
    // A tar that ends where a file does looks whole to tar.
    const manifest = tar.lastIndexOf('backup_manifest\0')
    await expectRefused(await variant('no-manifest', (copy) => copy.subarray(0, manifest)), 'ends too early')
  })

  it('refuses a backup that is damaged or was changed', async () => {
    const whole = Buffer.from(await fs.readFile(file))
    const flipped = path.join(folder, 'flipped.tar.gz')
    whole.writeUInt8(whole.readUInt8(whole.length >> 1) ^ 0xff, whole.length >> 1)
    await fs.writeFile(flipped, whole)
    await expectRefused(flipped, 'damaged')
    await expectRefused(
      await variant('value', (copy) => swap(copy, 'here', 'gone')),
      /damaged: .* differs from what PostgreSQL wrote/,
    )
    const inManifest = (copy: Buffer) => swap(copy, '"Path": "PG_VERSION"', '"Path": "PG_VERSIOM"')
    await expectRefused(await variant('manifest', inManifest), 'manifest is incomplete')
  })

  it('refuses an archive with entries that no backup has', async () => {
    const entry = (copy: Buffer) => {
      const at = copy.indexOf('heliograph/auth-secret\0')
      expect(at).toBeGreaterThan(0)
      const header = new Header(copy, at)
      header.path = 'heliograph/postgres-home'
      header.encode(copy, at)
      return copy
    }
    await expectRefused(
      await variant('home', entry),
      'an entry that no backup has (heliograph/postgres-home)',
    )
  })

  it('refuses files that are no backup, and backups that this version cannot use', async () => {
    await fs.writeFile(path.join(folder, 'text'), 'no backup at all, but a text of some length')
    await expectRefused(path.join(folder, 'text'), 'is not a backup made by')
    await expectRefused(await variant('foreign', () => Buffer.alloc(10_240)), 'is not a backup made by')
    await expectRefused(path.join(folder, 'nothing'), 'There is no backup')
    const older = (copy: Buffer) => swap(copy, '"postgres": "18.', '"postgres": "16.')
    await expectRefused(await variant('older', older), /made by PostgreSQL 16\.[\s\S]*pg_dump/)
    const newer = (copy: Buffer) => swap(copy, '"format": 1', '"format": 9')
    await expectRefused(await variant('newer', newer), 'made by a newer version')
  })

  it('says how to restore to a PostgreSQL server that DATABASE_URL names', async () => {
    const env = { DATABASE_URL: 'postgresql://u:p@127.0.0.1:1/heliograph' }
    expect(await runScript('backup.mjs', [], env).ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('pg_dump --format=custom'),
    })
    expect(await runScript('restore.mjs', [file], env).ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('pg_restore'),
    })
  })
})
