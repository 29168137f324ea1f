import { type GenericOAuthConfig, genericOAuth } from 'better-auth/plugins/generic-oauth'
import type { OpenIdConnectConfig } from '../../foundation/config/openid-connect.js'

/** What a provider says about who signs in. */
export interface ProvidedPerson {
  action: 'create-user' | 'link-account' | 'sign-in'
  emailVerified: boolean
  profile: Record<string, unknown> | undefined
}

/** Decides about people of the provider, while better-auth signs them in. */
export interface OpenIdConnectRules {
  /** null: no provider is configured. */
  readonly config: OpenIdConnectConfig | null
  /** Called for each person that the provider proved. Returns why they may not come in. */
  check(person: ProvidedPerson): { error: string } | undefined
  /** Called before each session begins. */
  beforeSession(userId: string): Promise<void>
}

/** Stands in the redirect address, `/api/auth/callback/oidc`, and in the rows of connected accounts. */
export const openIdProviderId = 'oidc'

/**
 * Sign-in by an OpenID provider: authorization code with PKCE, state and nonce, and an ID token whose signature, issuer and
 * audience are checked (OpenID Connect Core 1.0, 3.1).
 */
export function openIdProvider({ issuer, clientId, clientSecret, name, scopes }: OpenIdConnectConfig) {
  const config: GenericOAuthConfig = {
    providerId: openIdProviderId,
    name,
    discoveryUrl: `${issuer}/.well-known/openid-configuration`,
    requireIdTokenVerification: true,
    clientId,
    clientSecret,
    authentication: 'basic',
    scopes: [...scopes],
    // A subject is unique at its issuer alone, and another issuer may be configured later.
    accountSubject: ({ tokens, profile }) => {
      if (tokens.idToken === undefined || typeof profile.sub !== 'string')
        throw new Error('the provider sent no ID token')
      return `${issuer} ${profile.sub}`
    },
  }
  return discoveredWhenUsed(genericOAuth({ config: [config] }), config)
}

/**
 * Discovers the provider when somebody signs in by it, as the plugin does itself after a failed start, within ten seconds.
 * Otherwise everybody's sign-in would wait for a provider that does not answer.
 */
function discoveredWhenUsed(plugin: ReturnType<typeof genericOAuth>, config: GenericOAuthConfig) {
  return {
    ...plugin,
    init: () => ({ context: { genericOAuthPendingDiscovery: new Map([[config.providerId, config]]) } }),
  }
}
