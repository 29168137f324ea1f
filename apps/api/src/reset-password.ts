import fs from 'node:fs'
import { ConfigError, parseConfig } from './foundation/config/config.js'
import { DomainError } from './foundation/errors/domain-errors.js'
import { makeResetLink } from './identity/password-reset/link-by-command.js'
import { describeStartFailure } from './start-failure.js'

// Prints a link by which somebody sets a new password:
// `node reset-password.js EMAIL [ADDRESS OF THE PLATFORM] [--turn-off-two-factor]`.
try {
  if (fs.existsSync('.env')) process.loadEnvFile('.env')
  const flag = '--turn-off-two-factor'
  const turnOffTwoFactor = process.argv.includes(flag)
  const [email, address] = process.argv.slice(2).filter((argument) => argument !== flag)
  if (email === undefined) throw new ConfigError(`Usage: npm run reset-password -- EMAIL [${flag}]`)
  const config = parseConfig(process.env)
  const { token, expiresAt } = await makeResetLink(config, { email, turnOffTwoFactor })
  const url = config.publicUrl ?? address ?? `http://127.0.0.1:${config.port}`
  process.stdout.write(
    [
      `${url}/reset-password#${token}`,
      `It works once, until ${expiresAt.toISOString()}. Give it to ${email} by a way that nobody else reads.`,
      '',
    ].join('\n'),
  )
} catch (error) {
  const isForPeople = error instanceof ConfigError || error instanceof DomainError
  process.stderr.write(`${isForPeople ? error.message : describeStartFailure(error)}\n`)
  process.exitCode = 1
}
