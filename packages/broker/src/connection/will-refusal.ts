import type { Core } from '../core/core.js'
import type { ClientInfo } from '../interface/types.js'

/** Tells that a client may not send its will, at CONNECT or when it would be sent. Its connection goes on. */
export function refuseWill<P>(core: Core<P>, client: ClientInfo<P>, topic: string): void {
  const { sessionId, clientId, remoteAddress } = client
  core.refuse({
    stage: 'will',
    reason: 'not_authorized',
    sessionId,
    clientId,
    remoteAddress,
    topic,
    client,
    detail: 'the will is not sent',
  })
}
