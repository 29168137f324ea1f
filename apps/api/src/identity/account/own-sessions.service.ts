import type { OwnSessionPage } from '@heliograph/protocol'
import { Injectable } from '@nestjs/common'
import { Database } from '../../foundation/database/database.service.js'
import { NotFoundError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'
import { PersonAudit } from '../account-links/person-audit.js'
import { EndedSessions } from '../sign-in/ended-sessions.js'

/** Where a person is signed in. */
@Injectable()
export class OwnSessionsService {
  constructor(
    private readonly database: Database,
    private readonly ended: EndedSessions,
    private readonly audit: PersonAudit,
  ) {}

  /** Their sessions, the one of the request first, then those that were seen last. */
  async list({ userId, sessionId }: Person): Promise<OwnSessionPage> {
    const rows = await this.database.prisma.session.findMany({
      where: { userId, expiresAt: { gt: new Date() } },
      omit: { token: true },
    })
    const items = rows
      .map(({ id, userAgent, ipAddress, createdAt, lastSeenAt, expiresAt }) => ({
        id,
        userAgent: userAgent || null,
        address: ipAddress || null,
        createdAt: createdAt.toISOString(),
        lastSeenAt: (lastSeenAt ?? createdAt).toISOString(),
        expiresAt: expiresAt.toISOString(),
        current: id === sessionId,
      }))
      .sort((a, b) => Number(b.current) - Number(a.current) || (a.lastSeenAt < b.lastSeenAt ? 1 : -1))
    return { items, nextCursor: null }
  }

  /** Ends one, with its MQTT tokens and live connections. */
  async end(person: Person, sessionId: string): Promise<void> {
    const ended = await this.endSome(person, { only: sessionId })
    if (ended.length === 0)
      throw new NotFoundError('You have no session with this id; it may have ended.', 'session_not_found')
  }

  /** Ends all but the one of the request. */
  async endOthers(person: Person): Promise<void> {
    await this.endSome(person, { except: person.sessionId })
  }

  private async endSome({ userId }: Person, which: { only: string } | { except: string }): Promise<string[]> {
    const ended = await this.database.transaction(async (transaction) => {
      const sessions = await this.ended.delete(transaction, { userId, ...which })
      if (sessions.length > 0)
        await this.audit.record(transaction, userId, {
          action: 'person.endSessions',
          by: 'person',
          detail: { sessions },
        })
      return sessions
    })
    await this.ended.announce(userId, ended)
    return ended
  }
}
