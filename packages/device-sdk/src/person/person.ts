import { Client } from '../client/client.js'
import { type CommonOptions, clientOptions } from '../client/options.js'
import type { Access } from '../connection/access.js'
import { TokenKeeper } from './token-keeper.js'

export interface TokenRequest {
  /** Of the live connection that the token is to extend; absent for a new connection. */
  clientId?: string
  /** The topic filters that are listened to now. */
  subscribe: string[]
}

export interface PersonToken extends Access {
  /** RFC 3339. */
  expiresAt: string
}

export interface PersonOptions extends CommonOptions {
  /**
   * Gets a token from the platform (`POST /api/v1/mqtt/tokens`). Rejects with a RefusedError when
   * asking again is of no use, as after sign-out.
   */
  tokens(request: TokenRequest): Promise<PersonToken>
}

/**
 * Connects a signed-in person's page or program. Tokens last minutes and cover the filters that are
 * listened to: a new one is fetched for each connection, before the old one ends, and when a filter
 * is added, the last two without reconnecting.
 */
export function connectPerson(options: PersonOptions): Client {
  const keeper = new TokenKeeper({
    fetchToken: (request) => options.tokens(request),
    filters: () => client.filters,
  })
  const client: Client = new Client(clientOptions(options, personDefaults, { clean: true }), {
    access: () => keeper.begin(),
    onLink: () => keeper.start(),
    beforeSubscribe: () => keeper.widen(),
  })
  client.on('state', ({ state }) => {
    if (state !== 'live') keeper.stop()
  })
  return client
}

// Timers of a hidden tab fire once a minute, and the broker waits one and a half times this.
const personDefaults = {
  keepAliveSeconds: 90,
  pingIntervalMs: 10_000,
  backoffMaximumMs: 15_000,
  refusalIsFinal: false,
}
