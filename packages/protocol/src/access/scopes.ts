import { z } from 'zod'
import { Tag } from '../common/tags.js'
import { may, type Permission, permissions, permissionsOf } from './permissions.js'
import { type Role, roles } from './roles.js'

/** What only people do, and what follows from another permission, is no scope. */
const noScopes = [
  'organization.transfer',
  'organization.delete',
  'members.leave',
  'members.manageOwners',
] as const satisfies readonly Permission[]

/** What an API key may be limited to: permissions of the table. */
export const scopes = (Object.keys(permissions) as Permission[]).filter(isScope)

export type Scope = Exclude<Permission, (typeof noScopes)[number]>

export const Scope = z.enum(scopes).meta({
  id: 'Scope',
  description:
    'A permission that an API key may be limited to; `x-permission` of each route names the one that it requires',
})

export const Scopes = z
  .array(Scope)
  .min(1, 'must name at least one scope')
  .max(scopes.length)
  .transform((named) => [...new Set(named)])

/** The tags of a tag limit. */
export const TagLimit = z
  .array(Tag)
  .min(1, 'must name at least one tag')
  .max(32)
  .transform((tags) => [...new Set(tags)])

/** A tag limit as it is told. */
export const SeenTags = z
  .array(z.string())
  .nullable()
  .meta({ description: 'Only devices with at least one of these tags are seen; null: all devices' })

/**
 * What is allowed with a tag limit: nothing that reaches beyond single devices. Whoever could register devices or change
 * what belongs to the organization would learn of others, or reach them.
 */
const withTagLimit: ReadonlySet<Permission> = new Set<Permission>([
  'organization.read',
  'members.read',
  'members.leave',
  'devices.read',
  'devices.update',
  'devices.delete',
  'credentials.read',
  'credentials.manage',
  'telemetry.read',
  'topics.subscribe',
])

/** Whether this is allowed with a tag limit too. */
export function mayWithTagLimit(permission: Permission): boolean {
  return withTagLimit.has(permission)
}

/** Limits of a member or an API key. */
export interface AccessLimits {
  /** null: all that the role allows. */
  scopes?: readonly Permission[] | null
  /** Devices with at least one of these tags; null: all devices. */
  tags: readonly string[] | null
}

/** All that a caller may do: what the role allows and the scopes name; with a tag limit, only what concerns single devices. */
export function allowedPermissions(
  role: Role,
  { scopes: named = null, tags }: AccessLimits,
): ReadonlySet<Permission> {
  const all = permissionsOf(role)
  if (named === null && tags === null) return all
  return new Set(
    [...all].filter(
      (permission) =>
        (named === null || includesScope(named, permission)) &&
        (tags === null || withTagLimit.has(permission)),
    ),
  )
}

/** The least role that is allowed all of these. */
export function leastRole(named: readonly Permission[]): Role {
  return [...roles].reverse().find((role) => named.every((permission) => may(role, permission))) ?? 'owner'
}

/** Whether a tag limit can be given together with this role: owners and admins act for the whole organization. */
export function mayHaveTagLimit(role: Role): boolean {
  return role === 'operator' || role === 'viewer'
}

/** The devices that both limits leave, at most: of two lists the tags that are in both. */
export function narrowTags(
  one: readonly string[] | null,
  other: readonly string[] | null,
): readonly string[] | null {
  if (one === null || other === null) return one ?? other
  return one.filter((tag) => other.includes(tag))
}

/** Whether a device with these tags is within the limit. */
export function withinTags(limit: readonly string[] | null, tags: readonly string[]): boolean {
  return limit === null || tags.some((tag) => limit.includes(tag))
}

/** Members are removed by the route by which a person leaves. */
function includesScope(named: readonly Permission[], permission: Permission): boolean {
  return named.includes(permission) || (permission === 'members.leave' && named.includes('members.manage'))
}

function isScope(permission: Permission): permission is Scope {
  return !(noScopes as readonly Permission[]).includes(permission)
}
