import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type Config, ConfigError } from '../config/config.js'

const shortest = 32

/**
 * AUTH_SECRET, or else the secret in DATA_DIR, which the first start makes, readable by its owner only; then the earlier ones
 * that still count: further lines of that file, and AUTH_SECRET_PREVIOUS.
 */
export function authSecrets({
  authSecret,
  previousAuthSecrets,
  dataDir,
}: Pick<Config, 'authSecret' | 'previousAuthSecrets' | 'dataDir'>): [current: string, ...earlier: string[]] {
  if (authSecret !== null) return [authSecret, ...previousAuthSecrets]
  const file = path.join(dataDir, 'auth-secret')
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  makeOnce(file)
  const [current, ...earlier] = fs.readFileSync(file, 'utf8').trim().split('\n')
  if (current !== undefined && [current, ...earlier].every((secret) => secret.length >= shortest))
    return [current, ...earlier, ...previousAuthSecrets]
  throw new ConfigError(
    `AUTH_SECRET: the secret in ${file} is damaged. Restore the file from a backup; without it all sessions and credentials end.`,
  )
}

/** Writes to another file and links it into place, so that the file is never half-written. */
function makeOnce(file: string): void {
  if (fs.existsSync(file)) return
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    fs.linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    fs.unlinkSync(draft)
  }
}
