import { Inject, Injectable } from '@nestjs/common'
import { cookieNames, cookieRules } from '../../foundation/addresses/cookie-rules.js'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'

export interface KnownPerson {
  id: string
  email: string
}

/** Sign-ins whose password was right, and which wait for the code of the second step. better-auth names them in a cookie. */
@Injectable()
export class PendingSignIns {
  private readonly cookie: string

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
  ) {
    this.cookie = `${cookieRules(config.publicUrl).prefix}${cookieNames}.two_factor=`
  }

  /** Who signs in; null when the cookie names none, or none any more. better-auth checks the cookie's signature. */
  async find(cookies: string | undefined): Promise<KnownPerson | null> {
    const value = cookies?.split(/; */).find((cookie) => cookie.startsWith(this.cookie))
    const identifier = /^[\w-]{1,64}/.exec(value?.slice(this.cookie.length) ?? '')?.[0]
    if (identifier === undefined) return null
    const { rows } = await this.database.pools.authentication.query<KnownPerson>(findSql, [identifier])
    return rows[0] ?? null
  }
}

const findSql = `
  SELECT person.id, person.email FROM verification JOIN "user" AS person ON person.id = verification.value
  WHERE verification.identifier = $1 AND verification.expires_at > now()`
