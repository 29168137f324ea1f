import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import { EventBus } from '../../foundation/events/event-bus.js'
import type { Person } from '../../foundation/principal/principal.js'
import { withTwoFactorsSql } from './with-two-factors.js'

/**
 * Holds that organizations which require two-factor are reached by sign-in sessions with two factors alone: of people with an
 * authenticator app, of passkeys, which prove the person too, and of an OpenID provider, which has rules of its own.
 */
@Injectable()
export class TwoFactorRequirement {
  constructor(
    private readonly database: Database,
    private readonly events: EventBus,
  ) {}

  /** Whether the person's session has two factors. */
  async isMetBy({ sessionId }: Pick<Person, 'sessionId'>): Promise<boolean> {
    const { rows } = await this.database.pools.authentication.query<{ met: boolean }>(metSql, [sessionId])
    return rows[0]?.met ?? false
  }

  /** Throws a ForbiddenError unless the person's session has two factors. */
  async assertMetBy(person: Pick<Person, 'sessionId'>): Promise<void> {
    if (await this.isMetBy(person)) return
    throw new ForbiddenError(
      'This organization requires two-factor. Turn it on in your account, or sign in with a passkey.',
      'two_factor_required',
    )
  }

  /**
   * Ends live connections that sessions without two factors have in organizations that require them: of one organization, when
   * it begins to, or of one person, who gave up theirs. Call it after the commit.
   */
  async enforce(where: { organizationId: number } | { userId: string }): Promise<void> {
    const { rows } = await this.database.pools.authentication.query<Lacking>(lackingSql, [
      'organizationId' in where ? where.organizationId : null,
      'userId' in where ? where.userId : null,
    ])
    await Promise.all(rows.map((member) => this.events.emit('member.twoFactorMissing', member)))
  }
}

interface Lacking {
  organizationId: number
  userId: string
  sessionIds: string[]
}

const metSql = `
  SELECT ${withTwoFactorsSql('person', 'session')} AS met
  FROM session JOIN "user" AS person ON person.id = session.user_id WHERE session.id = $1`

const lackingSql = `
  SELECT member.organization_id AS "organizationId", member.user_id AS "userId", array_agg(session.id) AS "sessionIds"
  FROM member
  JOIN organization ON organization.id = member.organization_id AND organization.requires_two_factor
  JOIN "user" AS person ON person.id = member.user_id
  JOIN session ON session.user_id = person.id AND NOT ${withTwoFactorsSql('person', 'session')}
  WHERE ($1::int IS NULL OR member.organization_id = $1) AND ($2::text IS NULL OR member.user_id = $2)
  GROUP BY member.organization_id, member.user_id`
