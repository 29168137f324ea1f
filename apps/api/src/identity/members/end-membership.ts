import type { Transaction } from '../../foundation/database/database.service.js'
import { revokeInvitationsOf } from './revoke-invitations.js'

export interface EndedMembership {
  /** API keys that were deleted: those that the person made, and those that were made with these. */
  apiKeyIds: string[]
  invitationIds: string[]
  /** The person's sign-in sessions, which go on; their MQTT connections in this organization do not. */
  sessionIds: string[]
}

/**
 * Deletes a membership with all that the person has in the organization: API keys, MQTT tokens and open invitations. A key
 * that only stopped working would come back to life when the person is invited again later.
 */
export async function endMembership(
  transaction: Transaction,
  organizationId: number,
  userId: string,
): Promise<EndedMembership> {
  const invitationIds = await revokeInvitationsOf(transaction, organizationId, userId, () => false)
  await transaction.member.delete({ where: { organizationId_userId: { organizationId, userId } } })
  // Its tokens go with a key, and a key that was made with a key has the same person behind it.
  const keys = await transaction.$queryRaw<{ id: string }[]>`
    DELETE FROM api_key WHERE organization_id = ${organizationId} AND created_by_id = ${userId} RETURNING id`
  await transaction.$executeRaw`
    DELETE FROM mqtt_token USING session WHERE mqtt_token.organization_id = ${organizationId}
      AND session.id = mqtt_token.session_id AND session.user_id = ${userId}`
  const sessions = await transaction.session.findMany({ where: { userId }, select: { id: true } })
  return {
    apiKeyIds: keys.map(({ id }) => id),
    invitationIds,
    sessionIds: sessions.map(({ id }) => id),
  }
}
