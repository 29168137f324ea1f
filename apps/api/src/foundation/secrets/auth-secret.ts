import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Config } from '../config/config.js'
import { ConfigError } from '../config/config.js'

/** AUTH_SECRET, or else the secret in DATA_DIR, which the first start makes, readable by its owner only. */
export function authSecret(config: Pick<Config, 'authSecret' | 'dataDir'>): string {
  if (config.authSecret !== null) return config.authSecret
  const file = path.join(config.dataDir, 'auth-secret')
  fs.mkdirSync(config.dataDir, { recursive: true, mode: 0o700 })
  makeOnce(file)
  const secret = fs.readFileSync(file, 'utf8').trim()
  if (secret.length >= 32) return secret
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
