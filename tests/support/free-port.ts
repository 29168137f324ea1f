import { randomInt } from 'node:crypto'
import net from 'node:net'

/** Below the range from which the system takes the ports of outgoing connections, so that a port stays free. */
const lowest = 10_000
const highest = 32_000

const given = new Set<number>()

/** A TCP port of 127.0.0.1 on which nothing listens, and that was not given before. */
export async function freePort(): Promise<number> {
  while (true) {
    const port = randomInt(lowest, highest)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
