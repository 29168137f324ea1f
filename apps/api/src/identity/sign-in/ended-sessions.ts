import { Injectable } from '@nestjs/common'
import type { Transaction } from '../../foundation/database/database.service.js'
import { EventBus } from '../../foundation/events/event-bus.js'

interface Ended {
  userId: string
  /** This one alone. */
  only?: string
  /** All but this one. */
  except?: string
}

/** Ends sign-in sessions, with their MQTT tokens, and after the commit their live connections. */
@Injectable()
export class EndedSessions {
  constructor(private readonly events: EventBus) {}

  /** Returns the ids of the sessions that were deleted, for `announce`. */
  async delete(
    transaction: Pick<Transaction, '$queryRaw'>,
    { userId, only, except }: Ended,
  ): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      DELETE FROM session WHERE user_id = ${userId}
        AND (${only ?? null}::text IS NULL OR id = ${only ?? null})
        AND (${except ?? null}::text IS NULL OR id <> ${except ?? null})
      RETURNING id`
    return rows.map(({ id }) => id)
  }

  /** Call it after the commit. It resolves when their connections have ended. */
  async announce(userId: string, sessionIds: readonly string[]): Promise<void> {
    await Promise.all(sessionIds.map((sessionId) => this.events.emit('session.ended', { sessionId, userId })))
  }
}
