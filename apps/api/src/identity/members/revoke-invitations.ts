import type { Role } from '@heliograph/protocol'
import type { Transaction } from '../../foundation/database/database.service.js'

/** Revokes the open invitations that a person made, except those for roles that they may still give. Returns their ids. */
export async function revokeInvitationsOf(
  transaction: Transaction,
  organizationId: number,
  createdById: string,
  mayStillGive: (role: Role) => boolean,
): Promise<string[]> {
  const now = new Date()
  const open = { organizationId, createdById, acceptedAt: null, revokedAt: null, expiresAt: { gt: now } }
  const made = await transaction.invitation.findMany({ where: open, select: { id: true, role: true } })
  const ids = made.filter(({ role }) => !mayStillGive(role)).map(({ id }) => id)
  if (ids.length > 0)
    await transaction.invitation.updateMany({ where: { id: { in: ids } }, data: { revokedAt: now } })
  return ids
}
