import net from 'node:net'
import tls from 'node:tls'
import type { Broker } from '@heliograph/broker'
import type { Config } from '../../foundation/config/config.js'
import { bind } from '../../foundation/listening/bind.js'
import type { Pems } from '../../foundation/tls/certificate-files.js'
import type { Certificates } from '../../foundation/tls/certificates.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'
import type { ProxiedConnections } from '../proxy-protocol/proxied-connections.js'
import { ProxiedTls } from '../proxy-protocol/proxied-tls.js'

interface ListenOptions {
  broker: Broker<ConnectionPrincipal>
  config: Pick<Config, 'host' | 'mqttPort' | 'mqttsPort'>
  certificates: Certificates
  /** Not null: every connection has to begin with a PROXY header. */
  proxied: ProxiedConnections | null
}

const handshakeTimeoutMs = 10_000

/** Listens for MQTT over TCP and TLS, as configured. Throws a ConfigError when a port or a certificate cannot be used. */
export async function listen(options: ListenOptions): Promise<net.Server[]> {
  const { host, mqttPort, mqttsPort } = options.config
  const servers: net.Server[] = []
  try {
    if (mqttPort !== 0) {
      const server = createTcpServer(options)
      servers.push(server)
      await bind(server, 'MQTT_PORT', host, mqttPort)
    }
    if (mqttsPort !== 0) {
      const server = createTlsServer(options)
      servers.push(server)
      await bind(server, 'MQTTS_PORT', host, mqttsPort)
    }
    return servers
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
}

function createTcpServer({ broker, proxied }: ListenOptions): net.Server {
  if (proxied === null) return net.createServer((socket) => broker.handleTcp(socket, 'tcp'))
  return net.createServer((socket) =>
    proxied.accept(socket, (accepted, remoteAddress) => broker.handleTcp(accepted, 'tcp', { remoteAddress })),
  )
}

function createTlsServer({ broker, proxied, certificates }: ListenOptions): net.Server {
  const makeServer = (onSecured: (socket: tls.TLSSocket) => void) =>
    certificates.serve(tlsOptions, (options) => tls.createServer(options, onSecured))
  if (proxied === null) return makeServer((socket) => broker.handleTcp(socket, 'tls'))
  const secured = new ProxiedTls(makeServer, (socket, remoteAddress) =>
    broker.handleTcp(socket, 'tls', { remoteAddress }),
  )
  return net.createServer((socket) =>
    proxied.accept(socket, (accepted, remoteAddress) => secured.accept(accepted, remoteAddress)),
  )
}

/** With TLS_CA, a client needs a certificate of that authority in addition to its credential. */
function tlsOptions({ cert, key, ca }: Pems): tls.TlsOptions {
  return {
    cert,
    key,
    ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
    handshakeTimeout: handshakeTimeoutMs,
  }
}
