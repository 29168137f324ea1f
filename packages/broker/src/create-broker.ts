import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAedesHost } from './aedes/host.js'
import { Connection } from './connection/connection.js'
import { messageOf } from './connection/hosted.js'
import { Core } from './core.js'
import { HostSource } from './host-source.js'
import { resolveLimits } from './limits.js'
import { Message } from './packets/message.js'
import { filterProblem, topicProblem } from './packets/topic.js'
import type { Journal } from './persistence/journal.js'
import type { Persistence } from './persistence/persistence.js'
import { Policy } from './policy/policy.js'
import type { RetainedStore } from './sessions/retained.js'
import { shutDown } from './shut-down.js'
import { answerHandshake } from './transport/websocket-handshake.js'
import type {
  Broker,
  BrokerLogger,
  BrokerOptions,
  ClientBacklog,
  ClientInfo,
  DisconnectReason,
  Transport,
} from './types.js'

/** Makes a broker that waits for sockets; it listens on nothing itself. Throws a RangeError on a bad limit. */
export async function createBroker<P>(options: BrokerOptions<P>): Promise<Broker<P>> {
  const logger = options.logger ?? silentLogger
  const limits = resolveLimits(options.limits)
  const core = new Core<P>(new Policy(options.hooks, limits, logger), limits, logger, options.persistence)
  if (options.persistence) await restore(core, options.persistence)
  core.start(await createAedesHost((will) => core.accept(messageOf(will))))
  const source = new HostSource()
  let closing: Promise<void> | null = null
  return {
    events: core.events,
    handleTcp: (socket, transport = 'tcp') => open(core, socket, transport, socket.remoteAddress ?? ''),
    handleUpgrade: (request, socket, head, options) =>
      upgrade(core, request, socket, head, options?.remoteAddress),
    publish: async ({ topic, payload, qos = 0, retain = false }) => {
      const problem = topicProblem(topic, limits.maxTopicLevels)
      if (problem) throw new TypeError(`cannot publish: ${problem}`)
      const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
      const message = Message.of(topic, bytes, qos, retain)
      let taken: Promise<void> | undefined
      await whenDurable(core.journal, () => {
        taken = source.publish(() => core.accept(message, source))
      })
      await taken
    },
    clients: () => clients(core),
    backlogs: (leastBytes) => backlogs(core, leastBytes),
    disconnect: (match, reason) => disconnect(core, match, reason),
    forgetSessions: (match) => whenDurable(core.journal, () => core.sessions.forget(match)),
    extend: (sessionId, expiresAt) => {
      const connection = core.live.get(sessionId)
      if (connection) connection.deadlines.expiresAtMs = expiresAt
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
      return lookUp(core.retained, filter)
    },
    stats: () => core.stats(),
    close: () => {
      closing ??= shutDown(core)
      return closing
    },
  }
}

/** A slice each turn of the event loop, as there may be very many. */
async function lookUp(store: RetainedStore, filter: string): Promise<{ topic: string; payload: Buffer }[]> {
  const found: { topic: string; payload: Buffer }[] = []
  let steps = 0
  for (const message of store.walk(filter)) {
    if (message) found.push({ topic: message.topic, payload: message.payload })
    if (++steps % stepsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return found
}

const stepsPerTurn = 2_000

/** Takes back what the store has: sessions with what waits for them, and retained messages. */
function restore<P>({ sessions, retained }: Core<P>, persistence: Persistence): Promise<void> {
  return persistence.load({
    session: (session) => sessions.restore(session),
    entry: (entry) => sessions.restoreEntry(entry),
    retained: ({ topic, payload, qos }) => retained.set(Message.of(topic, payload, qos, true)),
  })
}

/** Does something at once; resolves with its result when the store has what it had to take note of. */
async function whenDurable<T>(journal: Journal | null, work: () => T): Promise<T> {
  const noted = journal?.noted
  const result = work()
  if (!journal || journal.noted === noted) return result
  return new Promise((resolve, reject) =>
    journal.settled((sure) => (sure ? resolve(result) : reject(new Error('the store gave up')))),
  )
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
  const refusal = core.addresses.enter(remoteAddress)
  if (refusal) {
    socket.on('error', () => {})
    if (request) socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n')
    else socket.destroy()
    const detail = refusal === 'rate' ? 'connects of this address' : 'connections of this address'
    core.refuse({ stage: 'connect', reason: refusal, remoteAddress, detail })
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

function* backlogs<P>(core: Core<P>, leastBytes: number): Generator<ClientBacklog<P>> {
  for (const connection of core.live.values()) {
    if (!connection.accepted) continue
    const { size, bytes: queuedBytes } = connection.session.outbound.queue
    const bytes = connection.out.backlogBytes + queuedBytes
    if (bytes >= leastBytes) yield { client: connection.client, messages: size, bytes }
  }
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
