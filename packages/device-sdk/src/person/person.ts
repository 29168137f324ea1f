import { Client } from '../client/client.js'
import { type CommonOptions, clientOptions } from '../client/options.js'
import type { Access } from '../connection/access.js'
import { TokenKeeper } from './token-keeper.js'

export interface TokenRequest {
  /** The client id of the live connection that the token extends; absent for a new connection. */
  clientId?: string
  /** The topic filters that have a listener now, and those whose UNSUBSCRIBE is not acknowledged yet. */
  subscribe: string[]
}

export interface PersonToken extends Access {
  /** RFC 3339. */
  expiresAt: string
}

export interface PersonOptions extends CommonOptions {
  /**
   * Gets a token from the platform (`POST /api/v1/mqtt/tokens`). Rejects with a RefusedError to end the
   * attempts, as after sign-out.
   */
  tokens(request: TokenRequest): Promise<PersonToken>
}

/**
 * Connects a signed-in person's page or program. A token lasts minutes and covers the filters that have a
 * listener. A new one is fetched for each connection, and, without reconnecting, before the token ends and
 * when a filter is added.
 */
export function connectPerson(options: PersonOptions): Client {
  const keeper = new TokenKeeper({
    fetchToken: (request) => options.tokens(request),
    filters: () => client.filters,
  })
  const client: Client = new Client(clientOptions(options, personDefaults, { clean: true }), {
    access: () => keeper.begin(),
    onLink: () => keeper.start(),
    subscriptionAccess: keeper,
  })
  client.on('state', ({ state }) => {
    if (state !== 'live') keeper.stop()
  })
  return client
}

// The timers of a hidden tab fire once a minute, and the broker waits 1.5 times the keep alive.
const personDefaults = {
  keepAliveSeconds: 90,
  pingIntervalMs: 10_000,
  backoffMaximumMs: 15_000,
  refusalIsFinal: false,
}
