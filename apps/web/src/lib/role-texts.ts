import { type Role, roles } from '@heliograph/protocol'

/** What each role may do, in one sentence. */
export const roleTexts: Record<Role, string> = {
  owner: 'Everything, and decides who the owners are.',
  admin: 'Registers and deletes devices; manages credentials, API keys, people and settings.',
  operator: 'Changes devices and sends messages to applications; registers and deletes nothing.',
  viewer: 'Sees everything and changes nothing.',
}

/** Its name at the beginning of a line. */
export function roleLabel(role: Role): string {
  return role.charAt(0).toUpperCase() + role.slice(1)
}

/** Roles as choices of a field, those that somebody may give. */
export function roleOptions<Choice extends Role>(
  mayGive: (role: Role) => role is Choice,
): (readonly [Choice, string])[] {
  return roles.filter(mayGive).map((role) => [role, roleLabel(role)] as const)
}
