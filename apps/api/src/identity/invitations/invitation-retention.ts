import { Inject, Injectable } from '@nestjs/common'
import { CONFIG, type Config } from '../../foundation/config/config.js'
import { Database } from '../../foundation/database/database.service.js'
import { deleteBatches } from '../../foundation/housekeeping/delete-batches.js'
import { Housekeeping } from '../../foundation/housekeeping/housekeeping.js'
import { invitationLimits } from './invitation-limits.js'

/** Deletes invitations that ended so long ago that nobody opens their links any more. */
@Injectable()
export class InvitationRetention {
  constructor(database: Database, housekeeping: Housekeeping, @Inject(CONFIG) config: Config) {
    const { endedDays } = invitationLimits.values(config.limits)
    housekeeping.register('invitation', (budget) =>
      deleteBatches(database.pools.background, budget, deleteSql, [endedDays]),
    )
  }
}

const deleteSql = `
  DELETE FROM invitation WHERE id = ANY(ARRAY(
    SELECT id FROM invitation WHERE expires_at < now() - make_interval(days => $1::int) ORDER BY expires_at LIMIT $2))`
