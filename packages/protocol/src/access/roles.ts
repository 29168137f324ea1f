import { z } from 'zod'

/** The roles, from the one that may do most to the one that may do least. Each may do all that the next one may. */
export const roles = ['owner', 'admin', 'operator', 'viewer'] as const

export const Role = z.enum(roles).meta({
  id: 'Role',
  description:
    'A viewer reads; an operator also changes devices and works with them; an admin also registers and deletes devices and manages keys and people; an owner also manages owners',
})
export type Role = z.infer<typeof Role>

/** Whether a role may do all that another one may. */
export function includesRole(role: Role, other: Role): boolean {
  return roles.indexOf(role) <= roles.indexOf(other)
}

/** The role that may do less. */
export function lowerRole(one: Role, other: Role): Role {
  return includesRole(one, other) ? other : one
}
