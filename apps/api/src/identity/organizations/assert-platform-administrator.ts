import type { Database } from '../../foundation/database/database.service.js'
import { ForbiddenError } from '../../foundation/errors/domain-errors.js'
import type { Person } from '../../foundation/principal/principal.js'

/** Throws a ForbiddenError unless the person is a platform administrator. `what` they may do: `list all organizations`. */
export async function assertPlatformAdministrator(
  database: Database,
  { userId }: Person,
  what: string,
): Promise<void> {
  const user = await database.prisma.user.findUniqueOrThrow({ where: { id: userId } })
  if (user.platformAdministrator) return
  throw new ForbiddenError(`Only a platform administrator may ${what}.`, 'platform_administrator_required')
}
