import { allowedPermissions, narrowTags, type Permission, type Role } from '@heliograph/protocol'
import { storedScopes, storedTags } from '../../foundation/principal/stored-limit.js'
import { effectiveRole } from './effective-role.js'

interface StoredAccess {
  role: Role
  scopes: readonly string[]
  tags: readonly string[]
  /** The person behind the key; null when an old version did not record them. */
  createdById: string | null
  /** The role and the tag limit of that person; null when they are no member. */
  makerRole: Role | null
  makerTags: readonly string[] | null
}

export interface EffectiveAccess {
  role: Role
  permissions: ReadonlySet<Permission>
  tags: readonly string[] | null
}

/**
 * What a key may do now: what its role, its scopes and its tags allow, and no more than the person behind it; null when that
 * person is no member.
 */
export function effectiveAccess({ scopes, tags, makerTags, ...roles }: StoredAccess): EffectiveAccess | null {
  const role = effectiveRole(roles)
  if (role === null) return null
  const limit = narrowTags(storedTags(tags), storedTags(makerTags))
  return {
    role,
    permissions: allowedPermissions(role, { scopes: storedScopes(scopes), tags: limit }),
    tags: limit,
  }
}
