import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { deleteBatches } from '../../foundation/housekeeping/delete-batches.js'
import { Housekeeping } from '../../foundation/housekeeping/housekeeping.js'
import { rememberedDays } from './known-addresses.js'

/**
 * Deletes sign-in sessions, verifications, used codes, links of accounts and unconfirmed new accounts that have expired, and
 * networks that nobody signed in from lately.
 */
@Injectable()
export class ExpiredRows {
  constructor(database: Database, housekeeping: Housekeeping) {
    for (const table of ['session', 'verification', 'account_link', 'new_account'])
      housekeeping.register(table, (budget) =>
        deleteBatches(database.pools.background, budget, expiredSql(table)),
      )
    housekeeping.register('used_code', (budget) =>
      deleteBatches(database.pools.background, budget, usedCodesSql),
    )
    housekeeping.register('sign_in_address', (budget) =>
      deleteBatches(database.pools.background, budget, forgottenSql, [rememberedDays]),
    )
  }
}

const expiredSql = (table: string) => `
  DELETE FROM ${table} WHERE id = ANY(ARRAY(
    SELECT id FROM ${table} WHERE expires_at <= now() ORDER BY expires_at LIMIT $1))`

const usedCodesSql = `
  DELETE FROM used_code WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM used_code WHERE expires_at <= now() ORDER BY expires_at LIMIT $1))`

const forgottenSql = `
  DELETE FROM sign_in_address WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM sign_in_address WHERE last_at < now() - make_interval(days => $1) ORDER BY last_at LIMIT $2))`
