import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import type { Broker } from '@heliograph/broker'
import { type Config, ConfigError } from '../../foundation/config/config.js'
import type { ConnectionPrincipal } from '../connections/connection-principal.js'
import type { ProxiedConnections } from '../proxy-protocol/proxied-connections.js'
import { ProxiedTls } from '../proxy-protocol/proxied-tls.js'
import { describePortHolder } from './port-holder.js'

type ListenConfig = Pick<Config, 'host' | 'mqttPort' | 'mqtts'>

/**
 * Listens for MQTT over TCP and TLS, as configured. With `proxied`, every connection has to begin with a PROXY header. Throws a
 * ConfigError when a port or a certificate cannot be used.
 */
export async function listen(
  broker: Broker<ConnectionPrincipal>,
  config: ListenConfig,
  proxied: ProxiedConnections | null,
): Promise<net.Server[]> {
  const servers: net.Server[] = []
  try {
    if (config.mqttPort !== 0) {
      const server = createTcpServer(broker, proxied)
      servers.push(server)
      await bind(server, 'MQTT_PORT', config.host, config.mqttPort)
    }
    if (config.mqtts !== null) {
      const server = createTlsServer(config.mqtts, broker, proxied)
      servers.push(server)
      await bind(server, 'MQTTS_PORT', config.host, config.mqtts.port)
    }
    return servers
  } catch (error) {
    for (const server of servers) server.close()
    throw error
  }
}

async function bind(server: net.Server, variable: string, host: string, port: number): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw new ConfigError(`${variable}: ${describe(error as NodeJS.ErrnoException, variable, host, port)}`)
  }
}

function describe(error: NodeJS.ErrnoException, variable: string, host: string, port: number): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken by ${describePortHolder(port)}; stop it, choose another port, or set ${variable}=0 to turn this listener off`
    case 'EACCES':
      return `port ${port} is reserved; choose one above 1023`
    case 'EADDRNOTAVAIL':
      return `this machine has no address ${host}; set HOST to one of its addresses, or to 0.0.0.0 for all`
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`
  }
}

function createTcpServer(
  broker: Broker<ConnectionPrincipal>,
  proxied: ProxiedConnections | null,
): net.Server {
  if (proxied === null) return net.createServer((socket) => broker.handleTcp(socket, 'tcp'))
  return net.createServer((socket) =>
    proxied.accept(socket, (accepted, remoteAddress) => broker.handleTcp(accepted, 'tcp', { remoteAddress })),
  )
}

function createTlsServer(
  mqtts: NonNullable<Config['mqtts']>,
  broker: Broker<ConnectionPrincipal>,
  proxied: ProxiedConnections | null,
): net.Server {
  const options = tlsOptions(mqtts)
  try {
    if (proxied === null) return tls.createServer(options, (socket) => broker.handleTcp(socket, 'tls'))
    const secured = new ProxiedTls(options, (socket, remoteAddress) =>
      broker.handleTcp(socket, 'tls', { remoteAddress }),
    )
    return net.createServer((socket) =>
      proxied.accept(socket, (accepted, remoteAddress) => secured.accept(accepted, remoteAddress)),
    )
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      `TLS_CERT, TLS_KEY: these files are not a certificate and its key in PEM: ${reason}`,
    )
  }
}

/** With TLS_CA, a client needs a certificate of that authority in addition to its credential. */
function tlsOptions({ certFile, keyFile, caFile }: NonNullable<Config['mqtts']>): tls.TlsOptions {
  return {
    cert: readPem('TLS_CERT', certFile),
    key: readPem('TLS_KEY', keyFile),
    ...(caFile === null
      ? {}
      : { ca: readPem('TLS_CA', caFile), requestCert: true, rejectUnauthorized: true }),
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
  }
}

function readPem(variable: string, file: string): Buffer {
  try {
    return fs.readFileSync(file)
  } catch (error) {
    throw new ConfigError(`${variable}: ${(error as Error).message}`)
  }
}
