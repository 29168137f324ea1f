import { type CreateApiKey, leastRole, lowerRole, may, type Role, type Scope } from '@heliograph/protocol'
import { ForbiddenError, InvalidError } from '../../foundation/errors/domain-errors.js'
import type { Principal } from '../../foundation/principal/principal.js'

export interface NewKeyAccess {
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
