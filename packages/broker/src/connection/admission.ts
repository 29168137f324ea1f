import type { IncomingMessage } from 'node:http'
import type { Core } from '../core/core.js'
import { refuseWill } from '../core/will-refusal.js'
import { type ConnectRefusal, tooMany } from '../fairness/connection-shares.js'
import type { AuthenticateResult, ConnectRequest } from '../interface/hooks.js'
import type { QuotaAccount } from '../interface/persistence.js'
import { ReasonCode } from '../interface/reason-code.js'
import type { ClientInfo, RefusalReason, Transport } from '../interface/types.js'
import { connackOf3, refusingConnack } from '../packets/answers.js'
import type { ClientIdentity, ConnectOutcome, ConnectPacket } from '../packets/connect.js'
import { isBridgeNotification, topicProblem } from '../packets/topic.js'
import type { Violation } from '../packets/violation.js'
import type { Session } from '../sessions/session.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import { type ClientProtocol, unknownProtocol } from './client-protocol.js'
import { acceptingConnack } from './connack.js'
import { refusalAnswers } from './reason-table.js'
import { bannedFor } from './refused-messages.js'
import { type Accepted, type Terms, termsOf } from './terms.js'

/** The connection, as its CONNECT needs it. */
export interface ConnectingClient<P> {
  readonly id: string
  readonly core: Core<P>
  readonly transport: Transport
  readonly remoteAddress: string
  readonly httpRequest: IncomingMessage | undefined
  readonly protocol: ClientProtocol
  readonly alive: boolean
  readonly out: OutgoingQueue
  readonly subscriptions: { recheck(): void }
  bind(client: ClientRecord<P>, session: Session, terms: Terms): void
  extend(expiresAtMs: number): void
  ready(): void
  end(reason: 'client'): void
}

export interface ClientRecord<P> extends ClientInfo<P> {
  principal: P
}

/** Decides a CONNECT: accepts it, or refuses it with the CONNACK that the specification asks for [MQTT-3.2.2-4, -5]. */
export function admit<P>(
  connection: ConnectingClient<P>,
  outcome: Exclude<ConnectOutcome, { kind: 'malformed' }>,
): void {
  if (outcome.kind === 'connect') {
    connection.core.tasks.run(() => authenticate(connection, outcome.connect))
    return
  }
  const detail = `protocol level ${outcome.level} is not supported; use MQTT 5 or 3.1.1`
  refuse(connection, {}, { reason: 'unsupported_protocol', detail })
}

/** Answers a malformed CONNECT when it is one of MQTT 5 [MQTT-3.1.4-1]; returns what it breaks. */
export function refuseMalformed(
  out: OutgoingQueue,
  { version, violation }: Extract<ConnectOutcome, { kind: 'malformed' }>,
): Violation {
  if (version === 5) out.packet(refusingConnack(violation.code, {}, unknownProtocol.rules))
  return violation
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
    const { reason, detail, reasonString } = result
    refuse(connection, connect, { reason, reasonString, ...(detail ? { detail } : {}) })
    return
  }
  const terms = termsOf(connect, result, core.limits)
  if (terms.expiresAtMs <= Date.now()) {
    refuse(connection, connect, { reason: 'expired' })
    return
  }
  const bannedMs = core.refusals.bannedMs(terms.account.owner, performance.now())
  if (bannedMs > 0) {
    const detail = `${bannedFor(bannedMs)}, because what it sent was refused`
    refuse(connection, connect, { reason: 'refused_messages', detail })
    return
  }
  const client = clientOf(connection, result, terms)
  const tooMuch = shareRefusal(core, client, terms.account)
  if (tooMuch) {
    refuse(connection, connect, { ...tooMuch, sessionId: client.sessionId, client })
    return
  }
  const { will } = connect
  const isDenied = will !== null && !core.wills.allows(client, will)
  accept(connection, connect, client, isDenied ? { ...terms, will: null } : terms)
  // The client is let in without its will, as firmware often has one on a topic of its own.
  if (isDenied && !isBridgeNotification(will.topic)) refuseWill(core, client, will.topic)
}

function accept<P>(
  connection: ConnectingClient<P>,
  connect: ConnectPacket,
  client: ClientRecord<P>,
  terms: Terms,
): void {
  const { core } = connection
  const { sessionId } = client
  core.live.get(sessionId)?.end('taken_over')
  const { expiryMs, owner, account } = terms
  const { clean } = connect
  const { session, present } = core.sessions.take({ sessionId, clean, expiryMs, owner, account })
  connection.extend(terms.expiresAtMs)
  connection.bind(client, session, terms)
  if (present) connection.subscriptions.recheck()
  // A hook or a listener may have ended it.
  if (!connection.alive) return
  // A session without subscriptions is present all the same [MQTT-3.2.2-2].
  const facts = { sessionPresent: present, limits: core.limits }
  connection.out.packet(acceptingConnack(connect, terms, facts))
  connection.ready()
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
  reason: RefusalReason
  /** For the host. */
  detail?: string
  /** For a client of MQTT 5: in place of the code and the text of the reason. */
  code?: ReasonCode
  reasonString?: string | undefined
  /** Of a client that was authenticated. */
  sessionId?: string
  client?: ClientRecord<P>
}

function requestRefusal<P>(
  { core, remoteAddress }: ConnectingClient<P>,
  { clientId, username, clean, protocolVersion, will, properties }: ConnectPacket,
): Refusal<P> | null {
  const { limits, stopping, connectionShares } = core
  if (stopping) return { reason: 'server_stopping', detail: 'stopping' }
  if (connectionShares.full) return tooMany
  const tooFast = connectionShares.attempt(remoteAddress, username)
  if (tooFast) return tooFast
  if (properties?.authenticationMethod !== undefined)
    return { reason: 'unsupported', detail: 'enhanced authentication' }
  const idBytes = Buffer.byteLength(clientId)
  const lacksId = idBytes === 0 && (protocolVersion === 3 || (protocolVersion === 4 && !clean))
  if (lacksId || idBytes > limits.maxClientIdBytes) return { reason: 'wrong_client_id', detail: 'client id' }
  if (!will) return null
  const topic = topicProblem(will.topic, limits.maxTopicLevels)
  const code = ReasonCode.topicNameInvalid
  if (topic) return { reason: 'malformed', detail: `will: ${topic}`, code, reasonString: `will: ${topic}` }
  const tooLarge =
    will.payload.length + (will.properties?.length ?? 0) > limits.maxWillBytes ||
    Buffer.byteLength(will.topic) > limits.maxTopicBytes
  return tooLarge ? { reason: 'too_large', detail: 'will', reasonString: 'the will is too large' } : null
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
    userProperties: connect.properties?.userProperties ?? [],
  }
  if (username !== undefined) request.username = username
  if (password !== undefined) request.password = password
  if (httpRequest !== undefined) request.httpRequest = httpRequest
  return request
}

function clientOf<P>(
  { transport, remoteAddress, id }: ConnectingClient<P>,
  { sessionId, principal }: Accepted<P>,
  { clientId }: Terms,
): ClientRecord<P> {
  return {
    sessionId,
    clientId,
    principal,
    transport,
    remoteAddress,
    connectedAt: Date.now(),
    connectionId: id,
  }
}

function refuse<P>(
  connection: ConnectingClient<P>,
  { clientId, username }: ClientIdentity,
  { code, reasonString, ...refusal }: Refusal<P>,
): void {
  const { core, remoteAddress, out, protocol } = connection
  core.refuse({
    stage: 'connect',
    remoteAddress,
    ...(clientId === undefined ? {} : { clientId }),
    ...(username === undefined ? {} : { username }),
    ...refusal,
  })
  // A host in JavaScript may name a reason that is none.
  const answer = refusalAnswers[refusal.reason] ?? refusalAnswers.server_error
  const problem = { reasonString: reasonString ?? answer.text }
  const connack =
    protocol.version === 5
      ? refusingConnack(code ?? answer.reasonCode, problem, protocol.rules)
      : connackOf3(answer.returnCode, false)
  const tell = () => {
    out.packet(connack)
    connection.end('client')
  }
  const waitMs = core.stopping ? 0 : core.addresses.refused(remoteAddress)
  if (waitMs === 0) tell()
  else setTimeout(tell, waitMs).unref()
}
