import type { StoredWill } from '../interface/persistence.js'
import type { ClientInfo } from '../interface/types.js'
import type { Core } from './core.js'

/**
 * Tells that a client may not send its will: at CONNECT, after which its connection goes on, or when it would be sent; `revoked`
 * when its connection was ended because its rights have ended.
 */
export function refuseWill<P>(
  core: Core<P>,
  client: ClientInfo<P>,
  topic: string,
  reason: 'not_authorized' | 'revoked' = 'not_authorized',
): void {
  const { sessionId, clientId, remoteAddress } = client
  core.refuse({
    stage: 'will',
    reason,
    sessionId,
    clientId,
    remoteAddress,
    topic,
    client,
    detail: 'the will is not sent',
  })
}

/** Tells that the will of a stored session is not sent, because the host knows its principal no more. */
export function refuseStoredWill<P>(core: Core<P>, sessionId: string, { clientId, topic }: StoredWill): void {
  const detail = 'the will is not sent: whose session it is, is not known any more'
  core.refuse({
    stage: 'will',
    reason: 'not_authorized',
    sessionId,
    clientId,
    remoteAddress: '',
    topic,
    detail,
  })
}
