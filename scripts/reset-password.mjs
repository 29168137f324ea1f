#!/usr/bin/env node
// `npm run reset-password -- EMAIL`: prints a link by which the person sets a new password. It works once, for an hour.
import { describeError } from './foundation/user-error.mjs'
import { resetPassword } from './instance/reset-password.mjs'

try {
  process.exitCode = resetPassword(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
