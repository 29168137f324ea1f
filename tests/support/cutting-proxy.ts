import { once } from 'node:events'
import net from 'node:net'
import { freePort } from './free-port.js'

/** Stands between a browser and a platform, and cuts their connections as a bad network does. */
export interface CuttingProxy {
  /** `http://127.0.0.1:PORT`, through which the browser reaches the platform. */
  readonly url: string
  /** Resets every connection; returns how many there were. */
  cut(): number
  /** Drops all bytes of the open connections without closing them. New connections work. */
  silence(): void
  /** Resets all connections and refuses new ones, until `allow`. */
  refuse(): void
  allow(): void
  close(): Promise<void>
}

export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<net.Socket>()
  let refusing = false
  const server = net.createServer((socket) => {
    if (refusing) return socket.destroy()
    const target = net.connect(targetPort, '127.0.0.1')
    for (const [one, other] of [
      [socket, target],
      [target, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')

  const cut = () => {
    const count = sockets.size / 2
    for (const socket of sockets) socket.resetAndDestroy()
    return count
  }
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    silence() {
      for (const socket of sockets) socket.unpipe().resume()
    },
    refuse() {
      refusing = true
      cut()
    },
    allow() {
      refusing = false
    },
    async close() {
      refusing = true
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
