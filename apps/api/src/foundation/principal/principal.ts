import type { Permission, Role } from '@heliograph/protocol'
import type { Share } from '../concurrency/concurrency-limiter.js'

interface InOrganization {
  organizationId: number
  organizationSlug: string
  role: Role
  /** All that the caller may do: no more than the role allows, and less with scopes or a tag limit. */
  permissions: ReadonlySet<Permission>
  /** The caller sees devices with at least one of these tags, and no others; null: all devices. */
  tags: readonly string[] | null
}

/** A signed-in person, acting in one of their organizations. */
export interface PersonPrincipal extends InOrganization {
  kind: 'person'
  userId: string
  sessionId: string
}

/** A script, acting in the organization of its API key. */
export interface ApiKeyPrincipal extends InOrganization {
  kind: 'apiKey'
  apiKeyId: string
}

/** The caller, in an organization. Every service operation takes it first and is limited to that organization. */
export type Principal = PersonPrincipal | ApiKeyPrincipal

/** A signed-in person, before an organization is chosen. */
export interface Person {
  userId: string
  sessionId: string
}

/** Names a caller among all of the platform, whatever the session. */
export function callerOf(
  principal: Pick<PersonPrincipal, 'kind' | 'userId'> | Pick<ApiKeyPrincipal, 'kind' | 'apiKeyId'>,
): string {
  return principal.kind === 'person' ? `person ${principal.userId}` : `key ${principal.apiKeyId}`
}

/** Whose share of the platform a request of this caller takes. */
export function shareOf(principal: Principal): Share {
  return { organization: principal.organizationSlug, caller: callerOf(principal) }
}

/** A person who acts in no organization takes a share of their own. */
export function shareOfPerson({ userId }: Pick<Person, 'userId'>): Share {
  const caller = callerOf({ kind: 'person', userId })
  return { organization: caller, caller }
}
