import {
  allowedPermissions,
  mayManageRole,
  type Permission,
  permissionsOf,
  type Role,
  rolesText,
} from '@heliograph/protocol'
import type { Transaction } from '../../foundation/database/database.service.js'
import { ForbiddenError, UnauthorizedError } from '../../foundation/errors/domain-errors.js'
import { assertMay } from '../../foundation/principal/assert-may.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { effectiveRole } from '../api-keys/effective-role.js'

/**
 * The role of the caller as it is now. It locks the organization's row first, so that changes to its people come one after
 * the other: nobody acts by a role that a change before took, and of two owners who leave at the same time one stays.
 */
export async function lockPeople(transaction: Transaction, principal: Principal): Promise<Role> {
  await lockOrganization(transaction, principal.organizationId)
  const role =
    principal.kind === 'person'
      ? await roleOf(transaction, principal.organizationId, principal.userId)
      : await roleOfKey(transaction, principal.apiKeyId)
  if (role === null) throw new UnauthorizedError()
  return role
}

/** Returns whether the organization is there: false when it was deleted. */
export async function lockOrganization(transaction: Transaction, organizationId: number): Promise<boolean> {
  const found = await transaction.$queryRaw<unknown[]>`
    SELECT id FROM organization WHERE id = ${organizationId} AND deleted_at IS NULL FOR NO KEY UPDATE`
  return found.length > 0
}

/** The same as `lockPeople`. Throws a ForbiddenError unless the role allows this, as it is now. */
export async function lockAsWhoMay(
  transaction: Transaction,
  principal: Principal,
  permission: Permission,
): Promise<void> {
  const role = await lockPeople(transaction, principal)
  assertMay({ ...principal, role, permissions: permissionsOf(role) }, permission)
}

/** The role of a person; null when they are no member. */
export async function roleOf(
  transaction: Transaction,
  organizationId: number,
  userId: string,
): Promise<Role | null> {
  const where = { organizationId_userId: { organizationId, userId } }
  return (await transaction.member.findUnique({ where, select: { role: true } }))?.role ?? null
}

async function roleOfKey(transaction: Transaction, id: string): Promise<Role | null> {
  const key = await transaction.apiKey.findUnique({ where: { id } })
  if (key === null) return null
  const { role, createdById, organizationId } = key
  const makerRole = createdById === null ? null : await roleOf(transaction, organizationId, createdById)
  return effectiveRole({ role, createdById, makerRole })
}

/** Throws a ForbiddenError when an API key gives people more than it may do itself: scopes leave it less than its role. */
export function assertMayGive(principal: Principal, role: Role, tags: readonly string[] | null): void {
  if (principal.kind === 'person') return
  assertMayManage(principal.role, role)
  const missing = [...allowedPermissions(role, { tags })].filter((given) => !principal.permissions.has(given))
  if (missing.length === 0) return
  throw new ForbiddenError(
    `An API key gives nobody what it may not do itself. For the role ${role} it lacks ${missing.join(', ')}.`,
    'scope_exceeded',
  )
}

/** Throws a ForbiddenError unless somebody with this role may give, change and take the role `managed`. */
export function assertMayManage(actor: Role, managed: Role): void {
  if (mayManageRole(actor, managed)) return
  const permission = managed === 'owner' ? 'members.manageOwners' : 'members.manage'
  const whom = managed === 'owner' ? 'owners' : 'members'
  throw new ForbiddenError(
    `Managing ${whom} requires the role ${rolesText(permission)}; yours is ${actor}.`,
    'role_required',
  )
}
