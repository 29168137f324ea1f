import type { Socket } from 'node:net'
import type tls from 'node:tls'
import type { Accept } from './proxied-connections.js'

/** TLS on connections of which the PROXY header is read, as it comes before the handshake. */
export class ProxiedTls {
  readonly #server: tls.Server
  /** Addresses of clients by the two ends of their connection, since a TLS socket does not name the socket below it. */
  readonly #addresses = new Map<string, string>()

  /** `makeServer` makes a server that listens on nothing itself, and calls back for each connection with TLS. */
  constructor(makeServer: (onSecured: (socket: tls.TLSSocket) => void) => tls.Server, accept: Accept) {
    this.#server = makeServer((secured) => {
      const remoteAddress = this.#addresses.get(endsOf(secured))
      if (remoteAddress === undefined) secured.destroy()
      else accept(secured, remoteAddress)
    })
  }

  accept(socket: Socket, remoteAddress: string): void {
    const ends = endsOf(socket)
    this.#addresses.set(ends, remoteAddress)
    socket.once('close', () => this.#addresses.delete(ends))
    this.#server.emit('connection', socket)
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
