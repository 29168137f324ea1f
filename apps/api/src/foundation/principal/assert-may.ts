import { may, mayWithTagLimit, type Permission, rolesText } from '@heliograph/protocol'
import { ForbiddenError } from '../errors/domain-errors.js'
import type { Principal } from './principal.js'

/** Throws a ForbiddenError that says what the caller lacks, unless it has the permission. */
export function assertMay(principal: Principal, permission: Permission): void {
  if (!principal.permissions.has(permission)) throw lacks(principal, permission)
}

/** Says which role, scope or sight of all devices a permission requires. */
function lacks({ role, tags }: Principal, permission: Permission): ForbiddenError {
  if (!may(role, permission))
    return new ForbiddenError(
      `This requires the role ${rolesText(permission)}; yours is ${role}.`,
      'role_required',
    )
  if (tags === null || mayWithTagLimit(permission))
    return new ForbiddenError(
      `This requires the scope ${permission}, which the API key does not have.`,
      'scope_required',
    )
  return new ForbiddenError(
    'This concerns the whole organization, and you see only devices with certain tags.',
    'tag_limited',
  )
}
