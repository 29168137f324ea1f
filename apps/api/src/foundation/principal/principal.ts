import type { Role } from '@heliograph/protocol'

interface InOrganization {
  organizationId: number
  organizationSlug: string
  role: Role
}

/** A signed-in person, acting in one of their organizations. */
export interface PersonPrincipal extends InOrganization {
  kind: 'person'
  userId: string
  sessionId: string
}

/** A script, acting in the organization of its key. */
export interface ApiKeyPrincipal extends InOrganization {
  kind: 'apiKey'
  apiKeyId: string
}

/** Who asks, and in which organization. Every service operation takes it first and is scoped by it. */
export type Principal = PersonPrincipal | ApiKeyPrincipal

/** Somebody signed in, before any organization is chosen. */
export interface Person {
  userId: string
  sessionId: string
}
