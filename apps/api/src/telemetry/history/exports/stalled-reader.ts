import type { ServerResponse } from 'node:http'

/** Closes the connection of a response when its client has read nothing for so long although there was something. */
export function disconnectStalledReader(response: ServerResponse, stalledMs: number): void {
  response.setTimeout(stalledMs, () => {
    // With nothing to read, the client is not the slow one.
    if (response.writableLength > 0) response.destroy()
  })
}
