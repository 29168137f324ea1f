import { includesRole, type Role, roles } from './roles.js'

/**
 * What there is to be allowed, with the least role that is allowed it. Routes name the permission that they require, MQTT
 * tokens are granted by it, and pages offer only what it allows.
 */
export const permissions = {
  'organization.read': 'viewer',
  'organization.update': 'admin',
  'organization.transfer': 'owner',
  'organization.delete': 'owner',
  'usage.read': 'viewer',
  'audit.read': 'admin',
  'members.read': 'viewer',
  'members.leave': 'viewer',
  'members.manage': 'admin',
  'members.manageOwners': 'owner',
  'apiKeys.manage': 'admin',
  'applications.read': 'viewer',
  'applications.manage': 'admin',
  'devices.read': 'viewer',
  'devices.create': 'admin',
  'devices.update': 'operator',
  'devices.delete': 'admin',
  'credentials.read': 'viewer',
  'credentials.manage': 'admin',
  'telemetry.read': 'viewer',
  'setAside.manage': 'admin',
  'topics.subscribe': 'viewer',
  'apps.publish': 'operator',
} as const satisfies Record<string, Role>

export type Permission = keyof typeof permissions

const allPermissions = Object.keys(permissions) as Permission[]

/** Whether a role is allowed this. */
export function may(role: Role, permission: Permission): boolean {
  return includesRole(role, permissions[permission])
}

const ofRoles = new Map(
  roles.map((role) => [role, new Set(allPermissions.filter((permission) => may(role, permission)))]),
)

/** All that a role is allowed. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return ofRoles.get(role) ?? new Set()
}

/** The roles that are allowed this, the one that may do most first. */
export function rolesThatMay(permission: Permission): Role[] {
  return roles.filter((role) => may(role, permission))
}

/** The same as a text: `owner, admin or operator`. */
export function rolesText(permission: Permission): string {
  const names = rolesThatMay(permission)
  const last = names.pop()
  return names.length === 0 ? `${last}` : `${names.join(', ')} or ${last}`
}

/** Whether somebody with the role `actor` may give this role to people, take it from them, and remove those who have it. */
export function mayManageRole(actor: Role, role: Role): boolean {
  return may(actor, role === 'owner' ? 'members.manageOwners' : 'members.manage')
}
