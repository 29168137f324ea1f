import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A reverse proxy with the platform below one path. All other paths of the host are those of others. */
export interface PathProxy {
  /** `http://127.0.0.1:PORT/iot`, or with `https`. */
  readonly url: string
  readonly port: number
  /** Paths outside of the platform's that somebody asked for. */
  readonly strays: string[]
  /** To be called before the first request. */
  passTo(port: number): void
  close(): Promise<void>
}

interface Options {
  path: string
  /** Whether the platform sees the path, as with nginx's `proxy_pass http://127.0.0.1:3000`, or what comes after it. */
  keepsPath: boolean
  tls?: { key: Buffer; cert: Buffer }
}

export async function startPathProxy({ path, keepsPath, tls }: Options): Promise<PathProxy> {
  let target = 0
  const strays: string[] = []
  const server = tls === undefined ? http.createServer() : https.createServer(tls)
  const upstream = (request: IncomingMessage) => {
    const { url = '/', method } = request
    const rest = url.startsWith(path) ? url.slice(path.length) : null
    if (rest === null || !/^(?:[/?]|$)/.test(rest)) {
      strays.push(url)
      return null
    }
    return http.request({
      host: '127.0.0.1',
      port: target,
      method,
      path: keepsPath ? url : rest.startsWith('/') ? rest : `/${rest}`,
      headers: {
        ...request.headers,
        'x-forwarded-for': request.socket.remoteAddress,
        'x-forwarded-proto': tls === undefined ? 'http' : 'https',
      },
    })
  }
  server.on('request', (request, response) => {
    const passed = upstream(request)
    if (passed === null) return response.writeHead(404).end()
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  const sockets = new Set<Duplex>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const passed = upstream(request)
    if (passed === null) return socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
    passed.on('upgrade', (answer, other) => {
      for (const one of [socket, other]) {
        sockets.add(one)
        one.on('error', () => {})
        one.on('close', () => {
          sockets.delete(one)
          for (const either of [socket, other]) either.destroy()
        })
      }
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headOf(answer)}\r\n`)
      other.pipe(socket)
      socket.pipe(other)
    })
    passed.on('response', () => socket.destroy())
    passed.on('error', () => socket.destroy())
    passed.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}${path}`,
    port,
    strays,
    passTo(targetPort) {
      target = targetPort
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function headOf({ rawHeaders }: IncomingMessage): string {
  let head = ''
  for (let index = 0; index < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`
  return head
}
