import type { IncomingMessage } from 'node:http'
import type { Core } from '../core/core.js'
import { type ConnectRefusal, tooMany } from '../fairness/connection-shares.js'
import type { AuthenticateResult, ConnectRequest } from '../interface/hooks.js'
import type { QuotaAccount } from '../interface/persistence.js'
import type { ClientInfo, RefusalReason, Transport } from '../interface/types.js'
import type { ClientIdentity, ConnectOutcome, ConnectPacket, Will } from '../packets/connect.js'
import { isSysTopic, topicProblem } from '../packets/topic.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { bannedFor } from './refused-messages.js'
import { refuseWill } from './will-refusal.js'

/** The connection, as its CONNECT needs it. */
export interface ConnectingClient<P> {
  readonly id: string
  readonly core: Core<P>
  readonly transport: Transport
  readonly remoteAddress: string
  readonly httpRequest: IncomingMessage | undefined
  readonly alive: boolean
  readonly out: OutgoingQueue
  readonly subscriptions: { recheck(): void }
  bind(client: ClientRecord<P>, session: Session, connect: ConnectPacket, named: NamedByHost): void
  extend(expiresAtMs: number): void
  ready(): void
  end(reason: 'client'): void
}

/** What the host named for limits. */
export interface NamedByHost {
  readonly account: QuotaAccount
  readonly maxPacketBytes?: number | undefined
}

export interface ClientRecord<P> extends ClientInfo<P> {
  principal: P
}

/** Decides a CONNECT: accepts it, or refuses it with the CONNACK that the specification asks for [MQTT-3.2.2-4, -5]. */
export function admit<P>(
  connection: ConnectingClient<P>,
  outcome: Exclude<ConnectOutcome, { kind: 'malformed' }>,
): void {
  if (outcome.kind === 'connect' && outcome.connect.protocolVersion < 5) {
    connection.core.tasks.run(() => authenticate(connection, outcome.connect))
    return
  }
  const isFive = outcome.kind === 'connect'
  const version = isFive ? 'MQTT 5' : `protocol level ${outcome.level}`
  refuse(connection, isFive ? outcome.connect : {}, {
    answer: isFive ? connackUnsupportedV5 : connack(1),
    reason: 'unsupported_protocol',
    detail: `${version} is not supported; use MQTT 3.1.1`,
  })
}

function authenticate<P>(connection: ConnectingClient<P>, connect: ConnectPacket): void {
  if (!connection.alive) return
  const { core } = connection
  const refusal = requestRefusal(connection, connect)
  if (refusal) {
    refuse(connection, connect, refusal)
    return
  }
  const decision = core.policy.authenticate(requestOf(connection, connect))
  // One answer of a database may decide many at once, so they are queued again.
  if (decision instanceof Promise) {
    void decision.then((result) => core.tasks.run(() => decide(connection, connect, result)))
  } else decide(connection, connect, decision)
}

function decide<P>(
  connection: ConnectingClient<P>,
  connect: ConnectPacket,
  result: AuthenticateResult<P>,
): void {
  if (!connection.alive) return
  const { core } = connection
  if (!result.ok) {
    const { returnCode, reason, detail } = result
    refuse(connection, connect, { answer: connack(returnCode), reason, ...(detail ? { detail } : {}) })
    return
  }
  if (result.expiresAt !== undefined && result.expiresAt <= Date.now()) {
    refuse(connection, connect, { answer: connack(5), reason: 'expired' })
    return
  }
  const account = accountOf(result)
  const bannedMs = core.refusals.bannedMs(account.owner, performance.now())
  if (bannedMs > 0) {
    const detail = `${bannedFor(bannedMs)}, because what it sent was refused`
    refuse(connection, connect, { answer: connack(3), reason: 'refused_messages', detail })
    return
  }
  const client = clientOf(connection, connect, result)
  const tooMuch = shareRefusal(core, client, account)
  if (tooMuch) {
    refuse(connection, connect, { answer: connack(3), ...tooMuch, sessionId: client.sessionId, client })
    return
  }
  const { will } = connect
  if (!will || mayWill(connection, client, will)) {
    accept(connection, connect, client, { ...result, account })
    return
  }
  accept(connection, { ...connect, will: null }, client, { ...result, account })
  // The client is let in without its will, as firmware often has one on a topic of its own.
  refuseWill(core, client, will.topic)
}

function accept<P>(
  connection: ConnectingClient<P>,
  connect: ConnectPacket,
  client: ClientRecord<P>,
  { expiresAt, owner = '', account, maxPacketBytes }: Accepted<P> & NamedByHost,
): void {
  const { core } = connection
  const { sessionId } = client
  core.live.get(sessionId)?.end('taken_over')
  const { session, present } = core.sessions.take({ sessionId, clean: connect.clean, owner, account })
  connection.extend(expiresAt ?? Number.POSITIVE_INFINITY)
  connection.bind(client, session, connect, { account, maxPacketBytes })
  if (present) connection.subscriptions.recheck()
  // A hook or a listener may have ended it.
  if (!connection.alive) return
  // MQTT 3.1 knows no session present flag. A session without subscriptions is present all the same [MQTT-3.2.2-2].
  connection.out.packet(connack(0, { sessionPresent: present && connect.protocolVersion === 4 }))
  connection.ready()
}

type Accepted<P> = Extract<AuthenticateResult<P>, { ok: true }>

function accountOf<P>({ group = '', owner = '', quotaOwner = owner }: Accepted<P>): QuotaAccount {
  return { owner: quotaOwner, group }
}

/** A client that takes over from another takes its place. */
function shareRefusal<P>(
  { connectionShares, live }: Core<P>,
  { sessionId }: ClientRecord<P>,
  account: QuotaAccount,
): ConnectRefusal | null {
  const refusal = connectionShares.authenticated(account)
  return refusal ?? (live.has(sessionId) ? null : connectionShares.exceededBy(account))
}

interface Refusal<P> {
  answer: Buffer
  reason: RefusalReason
  detail?: string
  /** Of a client that was authenticated. */
  sessionId?: string
  client?: ClientRecord<P>
}

function requestRefusal<P>(
  { core, remoteAddress }: ConnectingClient<P>,
  { clientId, username, clean, protocolVersion, will }: ConnectPacket,
): Refusal<P> | null {
  const { limits, stopping, connectionShares } = core
  if (stopping) return { answer: connack(3), reason: 'server_stopping', detail: 'stopping' }
  if (connectionShares.full) return { answer: connack(3), ...tooMany }
  const tooFast = connectionShares.attempt(remoteAddress, username)
  if (tooFast) return { answer: connack(3), ...tooFast }
  const idBytes = Buffer.byteLength(clientId)
  const emptyId = idBytes === 0 && (!clean || protocolVersion === 3)
  if (emptyId || idBytes > limits.maxClientIdBytes)
    return { answer: connack(2), reason: 'wrong_client_id', detail: 'client id' }
  if (!will) return null
  const topic = topicProblem(will.topic, limits.maxTopicLevels)
  if (topic) return { answer: connack(5), reason: 'malformed', detail: `will: ${topic}` }
  const tooLarge =
    will.payload.length > limits.maxWillBytes || Buffer.byteLength(will.topic) > limits.maxTopicBytes
  return tooLarge ? { answer: connack(5), reason: 'too_large', detail: 'will' } : null
}

function requestOf<P>(connection: ConnectingClient<P>, connect: ConnectPacket): ConnectRequest {
  const { clientId, username, password, clean, keepAliveSeconds, protocolVersion, will } = connect
  const { transport, remoteAddress, httpRequest } = connection
  const request: ConnectRequest = {
    clientId,
    clean,
    keepAliveSeconds,
    protocolVersion,
    transport,
    remoteAddress,
    hasWill: will !== null,
  }
  if (username !== undefined) request.username = username
  if (password !== undefined) request.password = password
  if (httpRequest !== undefined) request.httpRequest = httpRequest
  return request
}

function clientOf<P>(
  { transport, remoteAddress, id }: ConnectingClient<P>,
  connect: ConnectPacket,
  { sessionId, principal, clientId }: Accepted<P>,
): ClientRecord<P> {
  return {
    sessionId,
    clientId: connect.clientId === '' ? (clientId ?? '') : connect.clientId,
    principal,
    transport,
    remoteAddress,
    connectedAt: Date.now(),
    connectionId: id,
  }
}

function mayWill<P>({ core }: ConnectingClient<P>, client: ClientRecord<P>, will: Will): boolean {
  return !isSysTopic(will.topic) && core.policy.authorizePublish(client, will)
}

function refuse<P>(
  connection: ConnectingClient<P>,
  { clientId, username }: ClientIdentity,
  { answer, ...refusal }: Refusal<P>,
): void {
  const { core, remoteAddress, out } = connection
  core.refuse({
    stage: 'connect',
    remoteAddress,
    ...(clientId === undefined ? {} : { clientId }),
    ...(username === undefined ? {} : { username }),
    ...refusal,
  })
  out.packet(answer)
  connection.end('client')
}

function connack(returnCode: number, { sessionPresent = false } = {}): Buffer {
  return Buffer.from([0x20, 2, sessionPresent ? 1 : 0, returnCode])
}

// MQTT 5, section 3.2: reason code 0x84, unsupported protocol version, no properties.
const connackUnsupportedV5 = Buffer.from([0x20, 3, 0, 0x84, 0])
