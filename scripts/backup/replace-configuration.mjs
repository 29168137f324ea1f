import fs from 'node:fs'
import path from 'node:path'

/** Where what is taken out of a backup's cluster is kept to read, beside the cluster. */
export const asideFolder = 'configuration-of-backup'

/** What holds data in a directory of PostgreSQL. All else is configuration, and may name commands and libraries. */
const dataNames = new Set([
  'PG_VERSION',
  'backup_label',
  'base',
  'global',
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical',
  'pg_multixact',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal',
  'pg_xact',
])

/** Settings come from the command line; people may add theirs here. */
const ownFiles = {
  'postgresql.conf':
    '# Written by npm run restore. Settings of the backup are in configuration-of-backup, and are not used.\n',
  'pg_hba.conf':
    'local all all scram-sha-256\nlocal replication all scram-sha-256\nhost all all all reject\nhost replication all all reject\n',
  'pg_ident.conf': '',
}

/**
 * Takes everything out of an unpacked cluster that is not PostgreSQL's data (settings, recovery signals, tablespace maps,
 * included files, which could make PostgreSQL run commands or load libraries), and writes configuration of our own.
 * @param {string} cluster
 */
export function replaceConfiguration(cluster) {
  const aside = path.join(path.dirname(cluster), asideFolder)
  fs.mkdirSync(aside, { mode: 0o700 })
  for (const name of fs.readdirSync(cluster)) {
    if (!dataNames.has(name)) fs.renameSync(path.join(cluster, name), path.join(aside, name))
  }
  for (const [name, text] of Object.entries(ownFiles)) {
    fs.writeFileSync(path.join(cluster, name), text, { mode: 0o600, flush: true })
  }
}
