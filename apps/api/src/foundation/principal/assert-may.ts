import { may, type Permission, type Role, rolesText } from '@heliograph/protocol'
import { ForbiddenError } from '../errors/domain-errors.js'

/** Throws a ForbiddenError that names the roles of the permission, unless the role has it. */
export function assertMay({ role }: { role: Role }, permission: Permission): void {
  if (may(role, permission)) return
  throw new ForbiddenError(
    `This requires the role ${rolesText(permission)}; yours is ${role}.`,
    'role_required',
  )
}
