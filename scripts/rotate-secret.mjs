#!/usr/bin/env node
// `npm run rotate-secret [-- --forget-earlier]`: makes a new AUTH_SECRET; what the earlier one hashed and signed stays valid.
import { describeError } from './foundation/user-error.mjs'
import { readConfiguration } from './instance/configuration.mjs'
import { rotateSecret } from './instance/rotate-secret.mjs'

try {
  const { dataDir } = readConfiguration()
  const told = rotateSecret(process.argv.slice(2), { dataDir, authSecret: process.env.AUTH_SECRET })
  process.stdout.write(`${told}\n`)
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
