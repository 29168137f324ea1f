import { lowerRole, type Role } from '@heliograph/protocol'

interface KeyRoles {
  role: Role
  /** The person behind the key; null when an old version did not record them. */
  createdById: string | null
  /** The role of that person; null when they are no member. */
  makerRole: Role | null
}

/** What a key may do now: the lower of its role and that of the person behind it; null when that person is no member. */
export function effectiveRole({ role, createdById, makerRole }: KeyRoles): Role | null {
  if (createdById === null) return role
  return makerRole === null ? null : lowerRole(role, makerRole)
}
