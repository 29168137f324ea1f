import type { Socket } from 'node:net'

/** What Node's parser of a connection calls for each request, when its head is complete. */
type OnIncoming = (...parameters: unknown[]) => number

/** Any number but 0, 1 and 2 is an error to the parser, which ends with it. */
const stop = -1

/**
 * Lets Node's parser stop when its connection was ended. By itself it goes on through all that was read with the request
 * that ended it: 64 KiB may hold thousands of requests, each of which costs as much as one that is served.
 */
export function stopParsingWhenDestroyed(socket: Socket): void {
  const { parser } = socket as { parser?: { onIncoming?: OnIncoming | null } }
  const onIncoming = parser?.onIncoming
  if (!parser || !onIncoming) return
  parser.onIncoming = (...parameters) => {
    const result = onIncoming(...parameters)
    return socket.destroyed ? stop : result
  }
}
