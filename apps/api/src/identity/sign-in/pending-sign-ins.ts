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
  private readonly cookieName: string
  /** The identifier, before the dot of its signature. */
  private readonly cookie: RegExp

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
  ) {
    this.cookieName = `${cookieRules(config.publicUrl).prefix}${cookieNames}.two_factor`
    this.cookie = new RegExp(`(?:^|; ?)${this.cookieName.replace('.', '\\.')}=([\\w-]{1,64})(?:\\.|%2E)`)
  }

  /**
   * Who signs in; null when the cookie names none, or none any more. better-auth checks the cookie's signature. It also reads
   * cookies that are quoted, encoded or given twice, which no browser sends: such a request names nobody, as it could have one
   * person's attempts counted for another.
   */
  async find(cookies = ''): Promise<KnownPerson | null> {
    const [, ...more] = cookies.split(this.cookieName)
    const identifier = this.cookie.exec(cookies)?.[1]
    if (identifier === undefined || more.length !== 1) return null
    const { rows } = await this.database.pools.authentication.query<KnownPerson>(findSql, [identifier])
    return rows[0] ?? null
  }
}

const findSql = `
  SELECT person.id, person.email FROM verification JOIN "user" AS person ON person.id = verification.value
  WHERE verification.identifier = $1 AND verification.expires_at > now()`
