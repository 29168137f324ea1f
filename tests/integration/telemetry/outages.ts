import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { OwnPostgres } from './own-postgres.js'

/** Something that happens to a database, and how it ends. */
export interface Outage {
  name: string
  /** Why `/readyz` is red meanwhile; null: it is not, the database is only slow. */
  reason: string | null
  begin(postgres: OwnPostgres): Promise<() => Promise<void>>
}

const silent = 'the database does not answer'

/** Needs the right to mount a file system. */
export const canFillDisks = process.platform === 'linux' && tryMount()

export const outages: [diskFull: Outage, ...Outage[]] = [
  {
    name: 'has a full disk',
    reason: 'the disk of the database is full',
    async begin(postgres) {
      const disk = await smallDisk(postgres)
      await postgres.query(`CREATE TABLESPACE small LOCATION '${disk.directory}'`)
      await postgres.query('ALTER TABLE telemetry.latest SET TABLESPACE small')
      for (const { name } of await postgres.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'telemetry.sample'::regclass`,
      ))
        await postgres.query(`ALTER TABLE ${name} SET TABLESPACE small`)
      disk.fill()
      return async () => {
        disk.empty()
      }
    },
  },
  {
    name: 'is stopped',
    reason: silent,
    async begin(postgres) {
      await postgres.stop()
      return () => postgres.startAgain()
    },
  },
  {
    name: 'is killed',
    reason: silent,
    async begin(postgres) {
      await postgres.crash()
      return () => postgres.startAgain()
    },
  },
  {
    name: 'cuts every connection and lets nobody in',
    reason: silent,
    async begin(postgres) {
      await postgres.query('ALTER DATABASE heliograph ALLOW_CONNECTIONS false', 'postgres')
      await postgres.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'heliograph'`,
        'postgres',
      )
      return async () => {
        await postgres.query('ALTER DATABASE heliograph ALLOW_CONNECTIONS true', 'postgres')
      }
    },
  },
  {
    name: 'is frozen',
    reason: silent,
    async begin(postgres) {
      postgres.freeze()
      return async () => postgres.thaw()
    },
  },
  {
    name: 'is read-only',
    reason: 'the database is read-only',
    async begin(postgres) {
      const set = async (readOnly: 'on' | 'off') => {
        await postgres.query(`ALTER SYSTEM SET default_transaction_read_only = ${readOnly}`, 'postgres')
        await postgres.query('SELECT pg_reload_conf()', 'postgres')
      }
      await set('on')
      return () => set('off')
    },
  },
  {
    name: 'is slow',
    reason: null,
    async begin(postgres) {
      await postgres.query(
        `CREATE OR REPLACE FUNCTION telemetry.dawdle() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_sleep(2); RETURN NULL; END $$`,
      )
      await postgres.query(
        `CREATE TRIGGER dawdle AFTER INSERT ON telemetry.latest FOR EACH STATEMENT EXECUTE FUNCTION telemetry.dawdle()`,
      )
      return async () => {
        await postgres.query('DROP TRIGGER dawdle ON telemetry.latest')
      }
    },
  },
]

/** A file system of a few megabytes, of PostgreSQL's account. */
async function smallDisk(postgres: OwnPostgres) {
  const root = postgres.keep(fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-disk-')))
  mount(root)
  postgres.atEnd(() => void spawnSync('umount', ['--lazy', root]))
  fs.chmodSync(root, 0o755)
  const directory = path.join(root, 'tablespace')
  fs.mkdirSync(directory)
  const { uid, gid } = postgres.account
  fs.chownSync(directory, uid, gid)
  const filler = path.join(root, 'filler')
  return {
    directory,
    fill() {
      const file = fs.openSync(filler, 'w')
      try {
        for (;;) fs.writeSync(file, Buffer.alloc(64 * 1024))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        fs.closeSync(file)
      }
    },
    empty: () => fs.rmSync(filler),
  }
}

function mount(directory: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory]).status === 0
}

function tryMount(): boolean {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-mount-'))
  const mounted = mount(directory)
  if (mounted) spawnSync('umount', [directory])
  fs.rmdirSync(directory)
  return mounted
}
