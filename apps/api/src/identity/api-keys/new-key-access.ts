import {
  allowedPermissions,
  type CreateApiKey,
  leastRole,
  lowerRole,
  may,
  type Role,
  type Scope,
} from '@heliograph/protocol'
import { ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'
import { storedScopes, storedTags } from '../../foundation/principal/stored-limit.js'

interface NewKeyAccess {
  role: Role
  /** null: all that the role is allowed. */
  scopes: Scope[] | null
  /** null: all devices. */
  tags: string[] | null
}

/**
 * What a new key may do: as requested, and no more than its maker. Without scopes of its own it has those of the key that
 * makes it. Throws an InvalidError for scopes that its role is not allowed, and a ForbiddenError for those of which the maker
 * has not all.
 */
export function newKeyAccess(
  principal: Principal,
  { role: asked, scopes, tags }: CreateApiKey,
  makerScopes: Scope[] | null,
): NewKeyAccess {
  const role = lowerRole(asked ?? (scopes === undefined ? 'admin' : leastRole(scopes)), principal.role)
  if (scopes === undefined) return { role, scopes: makerScopes, tags: tags ?? null }
  const foreign = scopes.filter((scope) => !principal.permissions.has(scope))
  if (foreign.length > 0)
    throw new ForbiddenError(
      `You may not do this yourself, so a key that you make may not either: ${foreign.join(', ')}.`,
      'scope_exceeded',
    )
  const beyond = scopes.filter((scope) => !may(role, scope))
  if (beyond.length > 0) {
    const message = `the role ${role} is not allowed ${beyond.join(', ')}`
    throw new InvalidError(`scopes: ${message}`, 'invalid', [{ path: 'scopes', message }])
  }
  return { role, scopes, tags: tags ?? null }
}

/** Throws a ForbiddenError when a key may do what the caller may not: whoever gets its secret may do it. */
export function assertHasAllOf(
  principal: Principal,
  { role, scopes, tags }: { role: Role; scopes: string[]; tags: string[] },
): void {
  const access = allowedPermissions(role, { scopes: storedScopes(scopes), tags: storedTags(tags) })
  const foreign = [...access].filter((permission) => !principal.permissions.has(permission))
  if (foreign.length === 0) return
  throw new ForbiddenError(
    `This API key may do what you may not: ${foreign.join(', ')}. Whoever rotates it would get its secret.`,
    'scope_exceeded',
  )
}
