import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAedesHost } from './aedes/host.js'
import { Connection } from './connection/connection.js'
import { messageOf } from './connection/hosted.js'
import { Core } from './core.js'
import { resolveLimits } from './limits.js'
import { Message } from './packets/message.js'
import { filterProblem, topicProblem } from './packets/topic.js'
import { Policy } from './policy/policy.js'
import { shutDown } from './shut-down.js'
import { answerHandshake } from './transport/websocket-handshake.js'
import type { Broker, BrokerLogger, BrokerOptions, ClientInfo, DisconnectReason, Transport } from './types.js'

/** Makes a broker that waits for sockets; it listens on nothing itself. Throws a RangeError on a bad limit. */
export async function createBroker<P>(options: BrokerOptions<P>): Promise<Broker<P>> {
  const logger = options.logger ?? silentLogger
  const limits = resolveLimits(options.limits)
  const core = new Core<P>(new Policy(options.hooks, limits, logger), limits, logger)
  core.start(await createAedesHost((will) => core.accept(messageOf(will))))
  let closing: Promise<void> | null = null
  return {
    events: core.events,
    handleTcp: (socket, transport = 'tcp') => open(core, socket, transport, socket.remoteAddress ?? ''),
    handleUpgrade: (request, socket, head, options) =>
      upgrade(core, request, socket, head, options?.remoteAddress),
    publish: async ({ topic, payload, qos = 0, retain = false }) => {
      const problem = topicProblem(topic, limits.maxTopicLevels)
      if (problem) throw new TypeError(`cannot publish: ${problem}`)
      core.accept(
        Message.of(topic, typeof payload === 'string' ? Buffer.from(payload) : payload, qos, retain),
      )
    },
    clients: () => clients(core),
    disconnect: (match, reason) => disconnect(core, match, reason),
    forgetSessions: async (match) => core.sessions.forget(match),
    extend: (sessionId, expiresAt) => {
      const connection = core.live.get(sessionId)
      if (connection) connection.expiresAtMs = expiresAt
      return connection !== undefined
    },
    setPrincipal: (sessionId, principal) => {
      const connection = core.live.get(sessionId)
      if (!connection) return false
      connection.client.principal = principal
      connection.hosted.recheck()
      return true
    },
    retained: async (filter) => {
      const problem = filterProblem(filter, limits.maxTopicLevels)
      if (problem) throw new TypeError(`cannot look up retained messages: ${problem}`)
      return Array.from(core.retained.match(filter), ({ topic, payload }) => ({ topic, payload }))
    },
    stats: () => core.stats(),
    close: () => {
      closing ??= shutDown(core)
      return closing
    },
  }
}

function open<P>(
  core: Core<P>,
  socket: Duplex,
  transport: Transport,
  remoteAddress: string,
  request?: IncomingMessage,
): Connection<P> | null {
  if (core.stopping) {
    socket.on('error', () => {})
    socket.destroy()
    return null
  }
  if (socket instanceof Socket) {
    socket.setTimeout(0)
    socket.setNoDelay(true)
  }
  const connection = new Connection(core, socket, transport, remoteAddress, request)
  core.connections.add(connection)
  return connection
}

function upgrade<P>(
  core: Core<P>,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  givenAddress: string | undefined,
): void {
  const remoteAddress = givenAddress ?? request.socket.remoteAddress ?? ''
  const handshake = answerHandshake(request)
  if (!handshake.ok) {
    socket.on('error', () => {})
    socket.end(handshake.answer)
    core.refuse({
      stage: 'connect',
      reason: 'malformed',
      remoteAddress,
      detail: `WebSocket: ${handshake.detail}`,
    })
    return
  }
  const connection = open(core, socket, 'ws', remoteAddress, request)
  connection?.out.raw(Buffer.from(handshake.answer))
  if (head.length > 0) connection?.wire.push(head)
}

function* clients<P>(core: Core<P>): Generator<ClientInfo<P>> {
  for (const connection of core.live.values()) if (connection.accepted) yield connection.client
}

function disconnect<P>(
  core: Core<P>,
  match: (client: ClientInfo<P>) => boolean,
  reason: DisconnectReason,
): number {
  let count = 0
  // Also those that were authenticated but have no CONNACK yet: revoked means revoked.
  for (const connection of [...core.live.values()]) {
    if (!match(connection.client)) continue
    connection.end(reason)
    count++
  }
  return count
}

const silentLogger: BrokerLogger = { debug() {}, info() {}, warn() {}, error() {} }
