import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'

export interface KnownPerson {
  id: string
  email: string
}

/** Sign-ins whose password was right, and which wait for the code of the second step. better-auth names them in a cookie. */
@Injectable()
export class PendingSignIns {
  constructor(private readonly database: Database) {}

  /**
   * Who signs in; null when the cookie names none, or none any more. better-auth checks the cookie's signature. It also reads
   * cookies that are quoted, encoded or given twice, which no browser sends: such a request names nobody, as it could have one
   * person's attempts counted for another.
   */
  async find(cookies = ''): Promise<KnownPerson | null> {
    const [, ...more] = cookies.split(cookieName)
    const identifier = cookie.exec(cookies)?.[1]
    if (identifier === undefined || more.length !== 1) return null
    const { rows } = await this.database.pools.authentication.query<KnownPerson>(findSql, [identifier])
    return rows[0] ?? null
  }
}

const cookieName = 'heliograph.two_factor'
/** The identifier, before the dot of its signature. */
const cookie = /(?:^|; ?)(?:__Secure-)?heliograph\.two_factor=([\w-]{1,64})(?:\.|%2E)/

const findSql = `
  SELECT person.id, person.email FROM verification JOIN "user" AS person ON person.id = verification.value
  WHERE verification.identifier = $1 AND verification.expires_at > now()`
