import { randomInt } from 'node:crypto'
import net from 'node:net'

/** Below the range from which the system takes the ports of outgoing connections, so that a port stays free. */
const lowest = 10_000
const highest = 32_000

/** A TCP port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  while (true) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
