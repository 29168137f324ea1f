import type { ServerResponse } from 'node:http'

/** Ends the connection of a response once it holds what its reader has taken nothing of for so long. */
export function cutOffStalledReader(response: ServerResponse, takesNothingMs: number): void {
  response.setTimeout(takesNothingMs, () => {
    // With nothing to take, it is not the reader who is slow.
    if (response.writableLength > 0) response.destroy()
  })
}
