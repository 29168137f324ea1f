import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createAedesAdapter } from './aedes/adapter.js'
import { Connection } from './connection/connection.js'
import { Core } from './core/core.js'
import { shutDown } from './core/shut-down.js'
import type { AddressRefusal } from './fairness/addresses.js'
import { HostPublisher } from './fairness/host-publisher.js'
import type { Broker, BrokerOptions, ClientBacklog, HostMessage } from './interface/broker.js'
import { resolveLimits } from './interface/limits.js'
import type { Persistence } from './interface/persistence.js'
import type { BrokerLogger, ClientInfo, DisconnectReason, Transport } from './interface/types.js'
import { Message } from './messages/message.js'
import { MessageProperties } from './messages/message-properties.js'
import { filterProblem, topicProblem } from './packets/topic.js'
import type { StoreWriter } from './persistence/store-writer.js'
import { Policy } from './policy/policy.js'
import type { RetainedStore } from './retained/retained-store.js'
import { answerHandshake } from './websocket/handshake.js'

/** Makes a broker that waits for sockets; it listens on nothing itself. Throws a RangeError on a bad limit. */
export async function createBroker<P>(options: BrokerOptions<P>): Promise<Broker<P>> {
  const logger = options.logger ?? silentLogger
  const limits = resolveLimits(options.limits)
  const core = new Core<P>(new Policy(options.hooks, limits, logger), limits, logger, options.persistence)
  if (options.persistence) await restore(core, options.persistence)
  else core.sessions.restored()
  core.start(await createAedesAdapter())
  const host = new HostPublisher()
  let closing: Promise<void> | null = null
  return {
    events: core.events,
    handleTcp: (socket, transport = 'tcp', options = {}) =>
      open(core, { socket, transport, remoteAddress: options.remoteAddress ?? socket.remoteAddress ?? '' }),
    handleUpgrade: (request, socket, head, options = {}) =>
      upgrade(core, { request, socket, head, ...options }),
    publish: (message) => publish(core, host, message),
    clients: () => clients(core),
    backlogs: (leastBytes) => backlogs(core, leastBytes),
    disconnect: (match, reason) => disconnect(core, match, reason),
    forgetSessions: (match) => whenDurable(core.writer, () => core.sessions.forget(match)),
    extend: (sessionId, expiresAt) => {
      const connection = core.live.get(sessionId)
      connection?.extend(expiresAt)
      return connection !== undefined
    },
    setPrincipal: (sessionId, principal) => {
      const connection = core.live.get(sessionId)
      connection?.setPrincipal(principal)
      return connection !== undefined
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

/** Restores sessions, with their queues, and retained messages from the store. */
async function restore<P>({ sessions, retainer }: Core<P>, persistence: Persistence): Promise<void> {
  await persistence.load({
    session: (session) => sessions.restore(session),
    entry: (entry) => sessions.restoreEntry(entry),
    retained: (stored) => retainer.restore(stored),
  })
  sessions.restored()
  retainer.restored()
}

interface Incoming {
  socket: Duplex
  transport: Transport
  remoteAddress: string
  request?: IncomingMessage
}

function open<P>(
  core: Core<P>,
  { socket, transport, remoteAddress, request }: Incoming,
): Connection<P> | null {
  if (core.stopping) {
    socket.on('error', () => {})
    socket.destroy()
    return null
  }
  const refusal = core.addresses.enter(remoteAddress)
  if (refusal) {
    socket.on('error', () => {})
    const { reason, detail } = refusal
    if (request) answerAndClose(socket, answerOf(refusal))
    else socket.destroy()
    core.refuse({ stage: 'connect', reason, remoteAddress, detail })
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

/** A refusal of a WebSocket (RFC 6585, 4). */
function answerOf({ status, detail, retryAfterSeconds }: AddressRefusal): string {
  const body = `Too many ${detail}. Try again in ${retryAfterSeconds} s.\n`
  return (
    `HTTP/1.1 ${status}\r\nConnection: close\r\nRetry-After: ${retryAfterSeconds}\r\n` +
    `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

/** A server of HTTP leaves its sockets half open, so a client that does not close its side would keep one for ever. */
function answerAndClose(socket: Duplex, answer: string): void {
  socket.end(answer, () => socket.destroy())
}

interface Upgrade {
  request: IncomingMessage
  socket: Duplex
  head: Buffer
  /** As the host knows it; without it the socket's. */
  remoteAddress?: string
  path?: string
}

function upgrade<P>(core: Core<P>, { request, socket, head, path, ...given }: Upgrade): void {
  const remoteAddress = given.remoteAddress ?? request.socket.remoteAddress ?? ''
  const handshake = answerHandshake(request, path)
  if (!handshake.ok) {
    socket.on('error', () => {})
    answerAndClose(socket, handshake.answer)
    const detail = `WebSocket: ${handshake.detail}`
    core.refuse({ stage: 'connect', reason: 'malformed', remoteAddress, detail })
    return
  }
  const connection = open(core, { socket, transport: 'ws', remoteAddress, request })
  connection?.out.raw(Buffer.from(handshake.answer))
  if (head.length > 0) connection?.socket.push(head)
}

async function publish<P>(
  core: Core<P>,
  host: HostPublisher,
  { topic, payload, qos = 0, retain = false, properties = null, userProperties = [] }: HostMessage,
): Promise<void> {
  const problem = topicProblem(topic, core.limits.maxTopicLevels)
  if (problem) throw new TypeError(`cannot publish: ${problem}`)
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
  if (properties !== null && !(properties instanceof MessageProperties))
    throw new TypeError('cannot publish: the properties are not those of a message')
  const message = Message.of({ topic, payload: bytes, qos, retain, properties })
  for (const [name, value] of userProperties) message.annotate(name, value)
  let released: Promise<void> | undefined
  await whenDurable(core.writer, () => {
    released = host.publish(() => {
      core.retain(message, null)
      core.route(message, host)
    })
  })
  await released
}

/** Runs the work at once; resolves with its result when the changes that it recorded are durable. */
async function whenDurable<T>(writer: StoreWriter | null, work: () => T): Promise<T> {
  const changesBefore = writer?.changeCount
  const result = work()
  if (!writer || writer.changeCount === changesBefore) return result
  return new Promise((resolve, reject) =>
    writer.whenDurable((durable) => (durable ? resolve(result) : reject(new Error('the store gave up')))),
  )
}

function* clients<P>(core: Core<P>): Generator<ClientInfo<P>> {
  for (const connection of core.live.values()) if (connection.accepted) yield connection.client
}

function* backlogs<P>(core: Core<P>, leastBytes: number): Generator<ClientBacklog<P>> {
  for (const connection of core.live.values()) {
    if (!connection.accepted) continue
    const { messages, bytes } = connection.backlog
    if (bytes >= leastBytes) yield { client: connection.client, messages, bytes }
  }
}

function disconnect<P>(
  core: Core<P>,
  match: (client: ClientInfo<P>) => boolean,
  reason: DisconnectReason,
): number {
  let count = 0
  // Connections that are authenticated but have no CONNACK yet are ended too: a revoked client must not get in.
  for (const connection of [...core.live.values()]) {
    if (!match(connection.client)) continue
    connection.end(reason)
    count++
  }
  return count
}

/** Walks a slice in each turn of the event loop, as there may be very many retained messages. */
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
const silentLogger: BrokerLogger = { debug() {}, info() {}, warn() {}, error() {} }
