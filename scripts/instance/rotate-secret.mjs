import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { UserError } from '../foundation/user-error.mjs'

const usage = 'Usage: npm run rotate-secret [-- --forget-earlier]'

/**
 * Puts a new secret before the one in the data directory, or forgets all but the newest. Returns what to tell. The platform
 * reads the file when it starts.
 * @param {string[]} args
 * @param {{ dataDir: string, authSecret: string | undefined }} configuration
 */
export function rotateSecret(args, { dataDir, authSecret }) {
  const forget = args.length === 1 && args[0] === '--forget-earlier'
  if (args.length > 0 && !forget) throw new UserError(`Unexpected argument ${args.at(-1)}.`, usage)
  if (authSecret)
    throw new UserError(
      'AUTH_SECRET comes from the environment, where this command cannot change it.',
      'Move its value to AUTH_SECRET_PREVIOUS, set AUTH_SECRET to a new one, and start again.',
    )
  const file = path.join(dataDir, 'auth-secret')
  const secrets = readSecrets(file)
  if (forget) {
    if (secrets.length === 1) return `there is no earlier secret in ${file}`
    write(file, secrets.slice(0, 1))
    return `${secrets.length - 1} earlier ${secrets.length === 2 ? 'secret is' : 'secrets are'} forgotten at the next start`
  }
  write(file, [randomBytes(32).toString('hex'), ...secrets])
  return [
    'the next start hashes and signs with a new secret; the earlier ones still count',
    'Start the platform again. Its log says what still depends on an earlier secret; when nothing does, and a week has passed:',
    'npm run rotate-secret -- --forget-earlier',
  ].join('\n')
}

/** @param {string} file */
function readSecrets(file) {
  try {
    return fs.readFileSync(file, 'utf8').trim().split('\n')
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error
    throw new UserError(
      `There is no secret to replace: ${file} does not exist.`,
      'The first start makes it: npm start',
    )
  }
}

/**
 * Replaces the file at once, so that it is never half-written.
 * @param {string} file
 * @param {string[]} secrets
 */
function write(file, secrets) {
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, `${secrets.join('\n')}\n`, { mode: 0o600, flush: true })
  fs.renameSync(draft, file)
}
