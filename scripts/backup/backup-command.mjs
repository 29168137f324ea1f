import { installDependencies } from '../build/prepare.mjs'
import { say } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { readConfiguration } from '../instance/configuration.mjs'
import { parseCommandLine, resolveTyped, runToEnd } from './command-line.mjs'

const usage = 'npm run backup [-- --to FILE|DIRECTORY]'

/** @param {string[]} args */
export function runBackup(args) {
  return runToEnd(async (cleanup) => {
    const { values, positionals } = parseCommandLine(
      args,
      /** @type {const} */ ({ to: { type: 'string' } }),
      usage,
    )
    if (positionals.length > 0)
      throw new UserError(`Unexpected argument ${positionals[0]}.`, `Usage: ${usage}`)
    const { databaseUrl, dataDir } = readConfiguration()
    if (databaseUrl) throw externalDatabase()
    await installDependencies()
    const { createBackup } = await import('./create-backup.mjs')
    const to = values.to ? resolveTyped(values.to) : undefined
    const { file, withAuthSecret } = await createBackup({ dataDir, to, cleanup })
    say(`backup ${file}`)
    say('It holds all data and all keys: protect it like the platform itself.')
    if (!withAuthSecret)
      say('AUTH_SECRET is not in it, because it comes from the environment: store it separately.')
  })
}

function externalDatabase() {
  return new UserError(
    'DATABASE_URL names a PostgreSQL server of yours, which npm run backup does not back up.',
    'Back it up with PostgreSQL’s own tools, while it runs:',
    'pg_dump --format=custom --file=heliograph.dump "$DATABASE_URL"',
    'and keep DATA_DIR/auth-secret (or AUTH_SECRET) with it. More: docs/backup.md',
  )
}
