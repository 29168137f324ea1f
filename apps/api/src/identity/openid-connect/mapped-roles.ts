import { lowerRole, type Role } from '@heliograph/protocol'
import type { MappedRole } from '../../foundation/config/openid-connect.js'

/** The groups that a provider tells in the claim `groups`: a list, or one text. */
export function groupsOf(profile: Record<string, unknown> | undefined): string[] {
  const claim = profile?.groups
  if (typeof claim === 'string') return [claim]
  return Array.isArray(claim) ? claim.filter((group) => typeof group === 'string') : []
}

/** The role in each organization that the groups give: of several, the one that may do most. */
export function rolesOf(groups: readonly string[], map: readonly MappedRole[]): Map<string, Role> {
  const given = new Map<string, Role>()
  for (const { group, organization, role } of map) {
    if (!groups.includes(group)) continue
    const other = given.get(organization)
    given.set(organization, other === undefined || lowerRole(role, other) === other ? role : other)
  }
  return given
}
