import type { Server } from 'node:http'
import type https from 'node:https'
import type { Socket } from 'node:net'

/**
 * Lets a server serve only connections that are admitted; `admit` has to end the others. Node makes a parser for each connection
 * before anybody else sees it, and removes it again, which is most of what a refused one costs.
 */
export function admitFirst(
  server: Server | https.Server,
  event: 'connection' | 'secureConnection',
  admit: (socket: Socket) => boolean,
  served: (socket: Socket) => void = () => {},
): void {
  const listeners = server.listeners(event) as ((socket: Socket) => void)[]
  server.removeAllListeners(event)
  server.on(event, (socket: Socket) => {
    if (!admit(socket)) return
    for (const listener of listeners) listener.call(server, socket)
    served(socket)
  })
}
