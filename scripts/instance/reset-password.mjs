import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { urlsOfEmbeddedPostgres } from '../database/embedded-postgres.mjs'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { lockHolder } from '../process/lock.mjs'
import { readConfiguration } from './configuration.mjs'
import { platformUrl } from './platform-url.mjs'

const withoutCode = '--turn-off-two-factor'
const usage = `Usage: npm run reset-password -- EMAIL [${withoutCode}]`

/**
 * Has the api print the link. Returns its exit code.
 * @param {string[]} args
 */
export function resetPassword(args) {
  const [email, ...more] = args.filter((argument) => argument !== withoutCode)
  if (!email?.includes('@') || more.length > 0)
    throw new UserError(`Expected the e-mail address of one account.`, usage)
  const configuration = readConfiguration()
  const { databaseUrl, dataDir } = configuration
  const env = { ...process.env, DATABASE_URL: databaseUrl ?? embeddedUrl(dataDir), DATA_DIR: dataDir }
  const file = inProject('apps/api/dist/reset-password.js')
  const { status, error } = spawnSync(
    process.execPath,
    [file, email, platformUrl(configuration), ...args.filter((argument) => argument === withoutCode)],
    {
      cwd: projectRoot,
      env,
      stdio: 'inherit',
    },
  )
  if (error) throw error
  return status ?? 1
}

/** @param {string} dataDir */
function embeddedUrl(dataDir) {
  if (lockHolder(path.join(dataDir, 'lock'))) return urlsOfEmbeddedPostgres(dataDir).url
  throw new UserError(
    `No platform runs on the data directory ${dataDir}, and the link is of use only while one does.`,
    'Start it first: npm start. DATA_DIR names another data directory.',
  )
}
