import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

/** What the provider says about a person. */
export interface ProvidedPerson {
  name: string
  email: string
  email_verified: boolean
  groups: string[]
}

/** A running OpenID provider. Whoever comes is `person`, without being asked. */
export interface OpenIdProvider {
  readonly issuer: string
  /** The variables of a platform whose people may sign in by it. */
  readonly env: Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'OIDC_SCOPES', string>
  /** By subject. */
  readonly people: Map<string, ProvidedPerson>
  /** The subject of the person who comes next. */
  person: string
  stop(): Promise<void>
}

/** Starts a provider that knows one client, the platform at this address. */
export async function startOpenIdProvider(platformUrl: string): Promise<OpenIdProvider> {
  const server = http.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Another host than the platform’s, so that their cookies are apart.
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const people = new Map<string, ProvidedPerson>()
  const client = { id: 'heliograph', secret: 'a secret of the client, long enough' }
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [`${platformUrl}/api/auth/callback/oidc`],
      },
    ],
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    cookies: { keys: ['a key of the provider'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, subject) => ({
      accountId: subject,
      claims: () => ({ sub: subject, ...people.get(subject) }),
    }),
    loadExistingGrant: async (context) => {
      const { session, client: asking } = context.oidc
      const grant = new context.oidc.provider.Grant({
        ...(asking ? { clientId: asking.clientId } : {}),
        ...(session?.accountId ? { accountId: session.accountId } : {}),
      })
      grant.addOIDCScope('openid profile email groups')
      await grant.save()
      return grant
    },
  })
  const state = { person: '' }
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return void callback(request, response)
    const result = { login: { accountId: state.person, remember: false } }
    provider
      .interactionFinished(request, response, result)
      .catch((error: unknown) => response.destroy(error as Error))
  })
  return {
    issuer,
    env: {
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
      OIDC_SCOPES: 'openid profile email groups',
    },
    people,
    get person() {
      return state.person
    },
    set person(subject) {
      state.person = subject
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Goes to the provider as a browser does, and returns the address at which it sends back to the platform. */
export async function goThrough(address: string, platformUrl: string): Promise<URL> {
  const jar = new Map<string, string>()
  for (let next = address, steps = 0; steps < 10; steps += 1) {
    if (next.startsWith(`${platformUrl}/`)) return new URL(next)
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (location === null) throw new Error(`${next} answered ${answer.status}: ${await answer.text()}`)
    next = new URL(location, next).href
  }
  throw new Error('the provider does not send back')
}
