import { mayHaveTagLimit, type Role, type UpdateMember } from '@heliograph/protocol'
import type { Transaction } from '../../foundation/database/database.service.js'
import { InvalidError } from '../../foundation/errors/domain-errors.js'

interface MemberAccess {
  role: Role
  /** Empty: no tag limit. */
  tags: string[]
}

/** The access of a member after a change. A role that cannot be limited ends a limit. Throws an InvalidError for a new one. */
export function accessAfter(before: MemberAccess, { role = before.role, tags }: UpdateMember): MemberAccess {
  if (mayHaveTagLimit(role)) return { role, tags: tags === undefined ? before.tags : (tags ?? []) }
  if (tags === undefined || tags === null) return { role, tags: [] }
  const message = 'only an operator or a viewer can be limited to tags'
  throw new InvalidError(`tags: ${message}`, 'invalid', [{ path: 'tags', message }])
}

export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item) => other.includes(item))
}

/** What a person connects with in the organization: their sign-in sessions, and the API keys that they are behind. */
export async function ownedBy(
  transaction: Transaction,
  organizationId: number,
  userId: string,
): Promise<{ sessionIds: string[]; apiKeyIds: string[] }> {
  const select = { id: true }
  const sessions = await transaction.session.findMany({ where: { userId }, select })
  const keys = await transaction.apiKey.findMany({ where: { organizationId, createdById: userId }, select })
  return { sessionIds: sessions.map(({ id }) => id), apiKeyIds: keys.map(({ id }) => id) }
}
