import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'

/** A code is right for 90 seconds at most: in its own half minute, in the one before and in the one after. */
const lifetimeSeconds = 120

/** The codes of authenticator apps that were used lately. Each works once (RFC 6238, 5.2). */
@Injectable()
export class UsedCodes {
  constructor(private readonly database: Database) {}

  /** Notes a code as used, before it is checked, so that of two at the same time one works. False when it was used before. */
  async claim(userId: string, code: string): Promise<boolean> {
    const { rowCount } = await this.database.pools.authentication.query(claimSql, [
      userId,
      code,
      lifetimeSeconds,
    ])
    return rowCount === 1
  }

  /** Forgets a code that was not right. */
  async release(userId: string, code: string): Promise<void> {
    await this.database.pools.authentication.query('DELETE FROM used_code WHERE user_id = $1 AND code = $2', [
      userId,
      code,
    ])
  }
}

const claimSql = `
  INSERT INTO used_code AS used (user_id, code, expires_at) VALUES ($1, $2, now() + make_interval(secs => $3))
  ON CONFLICT (user_id, code) DO UPDATE SET expires_at = excluded.expires_at WHERE used.expires_at <= now()
  RETURNING user_id`
