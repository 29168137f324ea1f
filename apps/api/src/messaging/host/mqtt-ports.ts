import net from 'node:net'
import tls from 'node:tls'
import type { Broker } from '@heliograph/broker'
import type { Config } from '../../foundation/config/config.js'
import { bind } from '../../foundation/listening/bind.js'
import type { Certificates } from '../../foundation/tls/certificates.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'

type ListenConfig = Pick<Config, 'host' | 'mqttPort' | 'mqttsPort'>

const handshakeTimeoutMs = 10_000

/** Listens for MQTT over TCP and TLS, as configured. Throws a ConfigError when a port or a certificate cannot be used. */
export async function listen(
  broker: Broker<ConnectionPrincipal>,
  config: ListenConfig,
  certificates: Certificates,
): Promise<net.Server[]> {
  const servers: net.Server[] = []
  try {
    if (config.mqttPort !== 0) {
      const server = net.createServer((socket) => broker.handleTcp(socket, 'tcp'))
      servers.push(server)
      await bind(server, 'MQTT_PORT', config.host, config.mqttPort)
    }
    if (config.mqttsPort !== 0) {
      const server = createTlsServer(certificates, broker)
      servers.push(server)
      await bind(server, 'MQTTS_PORT', config.host, config.mqttsPort)
    }
    return servers
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
}

/** With TLS_CA, a client needs a certificate of that authority in addition to its credential. */
function createTlsServer(certificates: Certificates, broker: Broker<ConnectionPrincipal>): tls.Server {
  return certificates.serve(
    ({ cert, key, ca }) => ({
      cert,
      key,
      ...(ca === null ? {} : { ca, requestCert: true, rejectUnauthorized: true }),
      handshakeTimeout: handshakeTimeoutMs,
    }),
    (options) => tls.createServer(options, (socket) => broker.handleTcp(socket, 'tls')),
  )
}
