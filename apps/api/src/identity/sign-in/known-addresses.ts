import { networkOf } from '@heliograph/broker'
import { Injectable, Logger } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'

/** So many networks are kept for each person, those of the latest sign-ins. */
const mostNetworks = 20
export const rememberedDays = 30

/** The networks from which people signed in within the last 30 days. */
@Injectable()
export class KnownAddresses {
  private readonly logger = new Logger(KnownAddresses.name)

  constructor(private readonly database: Database) {}

  async has(account: string, address: string): Promise<boolean> {
    const { rowCount } = await this.database.pools.authentication.query(findSql, [
      account,
      networkOf(address),
      rememberedDays,
    ])
    return rowCount === 1
  }

  /** The person is signed in already, so that a failure is only logged. */
  async remember(account: string, address: string): Promise<void> {
    try {
      const { rows } = await this.database.pools.authentication.query<{ userId: string }>(rememberSql, [
        account,
        networkOf(address),
      ])
      if (rows[0] !== undefined)
        await this.database.pools.authentication.query(forgetSql, [
          rows[0].userId,
          mostNetworks,
          rememberedDays,
        ])
    } catch (error) {
      this.logger.warn(
        `the address of a sign-in was not remembered: ${error instanceof Error ? error.message : error}`,
      )
    }
  }
}

const findSql = `
  SELECT FROM sign_in_address AS known JOIN "user" ON "user".id = known.user_id
  WHERE "user".email = $1 AND known.network = $2 AND known.last_at > now() - make_interval(days => $3)`

/** Writes at most once an hour for each network. */
const rememberSql = `
  INSERT INTO sign_in_address AS known (user_id, network) SELECT id, $2 FROM "user" WHERE email = $1
  ON CONFLICT (user_id, network) DO UPDATE SET last_at = now() WHERE known.last_at < now() - interval '1 hour'
  RETURNING user_id AS "userId"`

const forgetSql = `
  DELETE FROM sign_in_address WHERE user_id = $1 AND (last_at < now() - make_interval(days => $3) OR network NOT IN (
    SELECT network FROM sign_in_address WHERE user_id = $1 ORDER BY last_at DESC LIMIT $2))`
