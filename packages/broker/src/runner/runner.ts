import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { parseArgs } from 'node:util'
import { createBroker } from '../create-broker.js'
import type { Broker } from '../interface/broker.js'
import type { BrokerHooks } from '../interface/hooks.js'
import type { BrokerLimits } from '../interface/limits.js'
import { filterMatches } from '../packets/topic.js'
import { PlainPrincipal } from './plain-principal.js'

/** Runs a broker by itself, for conformance tests and benchmarks. Returns when it listens. */
export async function run(
  args: string[],
): Promise<{ broker: Broker<PlainPrincipal>; stop(): Promise<void> }> {
  const { values } = parseArgs({
    args,
    options: {
      tcp: { type: 'string' },
      ws: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      anonymous: { type: 'boolean', default: false },
      acl: { type: 'boolean', default: false },
      'deny-subscribe': { type: 'string', multiple: true, default: [] },
      limit: { type: 'string', multiple: true, default: [] },
    },
  })
  if (!values.anonymous) throw new Error('only --anonymous is supported: it accepts every client')
  if (values.tcp === undefined && values.ws === undefined)
    throw new Error('give --tcp PORT, --ws PORT or both')
  const broker = await createBroker({
    ...plainHooks(values.acl, values['deny-subscribe']),
    limits: { ...unlimited, ...givenLimits(values.limit) },
  })
  const servers: Server[] = []
  if (values.tcp !== undefined) {
    const server = createTcpServer({ noDelay: true }, (socket) => broker.handleTcp(socket))
    servers.push(await listen(server, portOf(values.tcp), values.host))
  }
  if (values.ws !== undefined) {
    const server = createHttpServer(httpLimits, (_request, response) => response.writeHead(426).end())
    server.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
    servers.push(await listen(server, portOf(values.ws), values.host))
  }
  return {
    broker,
    async stop() {
      for (const server of servers) server.close()
      await broker.close()
    },
  }
}

/** An incomplete request is ended after this time, because it occupies a socket. */
const httpLimits = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 }

/** No limits of rate and address: benchmarks load it from one address, as fast as they can. */
const unlimited = {
  maxPublishesPerSecond: Number.POSITIVE_INFINITY,
  maxPublishBytesPerSecond: Number.POSITIVE_INFINITY,
  maxConnectionsPerAddress: Number.POSITIVE_INFINITY,
  maxConnectsPerSecondPerAddress: Number.POSITIVE_INFINITY,
  maxConnectsPerSecondPerOwner: Number.POSITIVE_INFINITY,
  maxUnauthenticatedConnections: Number.POSITIVE_INFINITY,
}

function plainHooks(acl: boolean, denied: readonly string[]): { hooks: BrokerHooks<PlainPrincipal> } {
  return {
    hooks: {
      authenticate: (connect) => {
        const clientId = connect.clientId || `auto-${randomUUID()}`
        return { ok: true, sessionId: clientId, clientId, principal: new PlainPrincipal(acl, clientId) }
      },
      authorizePublish: ({ principal }, topic) => principal.mayPublish(topic),
      authorizeSubscribe: ({ principal }, filter) => {
        if (denied.some((deniedFilter) => deniedFilter === filter || filterMatches(deniedFilter, filter)))
          return false
        return principal.mayUse(filter)
      },
    },
  }
}

/** Reads `maxKeepAliveMs=60000`. Whether there is such a limit is checked by the broker. */
function givenLimits(texts: readonly string[]): Partial<BrokerLimits> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', value] = text.split('=')
      return [name, Number(value)]
    }),
  )
}

function portOf(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${text}`)
  return port
}

function listen<S extends Server>(server: S, port: number, address: string): Promise<S> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: address, backlog: 4096 }, () => resolve(server))
  })
}
