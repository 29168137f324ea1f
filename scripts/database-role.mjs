#!/usr/bin/env node
// Makes the api's role on the server that DATABASE_ADMIN_URL names, gives it that database, migrates it, takes the audit from
// that role, and keeps its password in PASSWORD_FILE. docker-compose.yml runs it before the api, which never learns the
// password of the superuser.
import { apiPassword, apiRole, giveToApiRole } from './database/api-role.mjs'
import { migrateSealed } from './database/migrate-sealed.mjs'
import { describeError } from './foundation/user-error.mjs'

const { DATABASE_ADMIN_URL: adminUrl, PASSWORD_FILE: passwordFile } = process.env
if (!adminUrl || !passwordFile) {
  process.stderr.write('There is no database to prepare: set DATABASE_ADMIN_URL and PASSWORD_FILE.\n')
  process.exit(1)
}
try {
  const password = apiPassword(passwordFile)
  await giveToApiRole(adminUrl, password)
  const url = Object.assign(new URL(adminUrl), { username: apiRole, password }).href
  await migrateSealed({ url, adminUrl })
  process.stdout.write(`the role ${apiRole} owns the database, without the audit\n`)
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
}
// The schema engine leaves a timer of ten seconds, which would delay the end.
process.exit()
