import type { Core } from '../core/core.js'
import type { ClientInfo, DisconnectReason } from '../interface/types.js'
import { isReported } from './close-codes.js'

interface EndedConnection<P> {
  readonly core: Core<P>
  readonly remoteAddress: string
}

/** Tells the host of a connection that ended because of what its client sent. `client` is null before it is authenticated. */
export function reportRefusal<P>(
  { core, remoteAddress }: EndedConnection<P>,
  client: ClientInfo<P> | null,
  { reason, detail }: { reason: DisconnectReason; detail: string | undefined },
): void {
  if (!isReported(reason)) return
  const told = detail ?? (reason === 'timeout' ? 'CONNECT did not come in time' : undefined)
  core.refuse({
    stage: client ? 'publish' : 'connect',
    reason,
    remoteAddress,
    ...(client ? { sessionId: client.sessionId, clientId: client.clientId, client } : {}),
    ...(told === undefined ? {} : { detail: told }),
  })
}
