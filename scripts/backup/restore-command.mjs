import { installDependencies } from '../build/prepare.mjs'
import { say } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { readConfiguration } from '../instance/configuration.mjs'
import { parseCommandLine, resolveTyped, runToEnd } from './command-line.mjs'

const usage = 'npm run restore -- FILE [--replace]'

/** @param {string[]} args */
export function runRestore(args) {
  return runToEnd(async (cleanup) => {
    const options = /** @type {const} */ ({ replace: { type: 'boolean' } })
    const { values, positionals } = parseCommandLine(args, options, usage)
    const [file] = positionals
    if (!file || positionals.length > 1)
      throw new UserError('The backup to restore is missing.', `Usage: ${usage}`)
    const { databaseUrl, dataDir } = readConfiguration()
    if (databaseUrl) throw externalDatabase()
    await installDependencies()
    const { restoreBackup } = await import('./restore-backup.mjs')
    const replace = values.replace === true
    const { description, keptAside } = await restoreBackup({
      file: resolveTyped(file),
      dataDir,
      replace,
      cleanup,
    })
    say(`restored ${dataDir}, as it was on ${description.createdAt}`)
    if (keptAside)
      say(`The former data directory is kept in ${keptAside}: remove it when you no longer need it.`)
    if (description.authSecretFromEnvironment)
      say('Set AUTH_SECRET to the value that it had then: without it no credential and no session is valid.')
    say('Start it with npm start.')
  })
}

function externalDatabase() {
  return new UserError(
    'DATABASE_URL names a PostgreSQL server of yours, into which npm run restore does not write.',
    'Restore a dump of it with PostgreSQL’s own tools, into an empty database, while the platform is stopped:',
    'pg_restore --no-owner --exit-on-error --dbname="$DATABASE_URL" heliograph.dump',
    'and put auth-secret back into DATA_DIR (or set AUTH_SECRET). More: docs/backup.md',
  )
}
