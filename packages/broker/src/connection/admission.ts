import type { ConnectOutcome, ConnectPacket, Will } from '../packets/connect.js'
import { isSysTopic, topicProblem } from '../packets/topic.js'
import type { AuthenticateResult, ConnectRequest, RefusalReason } from '../types.js'
import type { ClientRecord, Connection } from './connection.js'

/** Decides a CONNECT: accepted, or refused with the right CONNACK [MQTT-3.2.2-4, -5]. */
export function admit<P>(
  connection: Connection<P>,
  outcome: Exclude<ConnectOutcome, { kind: 'malformed' }>,
): void {
  if (outcome.kind === 'connect') {
    connection.core.pace.run(() => authenticate(connection, outcome.connect))
    return
  }
  const answer = outcome.level === 5 ? connackUnsupportedV5 : connack(1)
  refuse(connection, answer, 'unsupported_protocol', null, `protocol level ${outcome.level}`)
}

function authenticate<P>(connection: Connection<P>, connect: ConnectPacket): void {
  if (!connection.alive) return
  const { core } = connection
  const problem = requestProblem(connection, connect)
  if (problem) {
    refuse(connection, connack(problem.code), problem.reason, connect, problem.detail)
    return
  }
  const decision = core.policy.authenticate(requestOf(connection, connect))
  // Many may be decided at once, by one answer of a database.
  if (decision instanceof Promise) {
    void decision.then((result) => core.pace.run(() => decide(connection, connect, result)))
  } else decide(connection, connect, decision)
}

function decide<P>(connection: Connection<P>, connect: ConnectPacket, result: AuthenticateResult<P>): void {
  if (!connection.alive) return
  if (!result.ok) {
    refuse(connection, connack(result.returnCode), result.reason, connect)
    return
  }
  if (result.expiresAt !== undefined && result.expiresAt <= Date.now()) {
    refuse(connection, connack(5), 'expired', connect)
    return
  }
  const client = clientOf(connection, connect, result)
  if (connect.will && !mayWill(connection, client, connect.will)) {
    refuse(connection, connack(5), 'not_authorized', connect, 'will', connect.will.topic)
  } else accept(connection, connect, client, result)
}

function accept<P>(
  connection: Connection<P>,
  connect: ConnectPacket,
  client: ClientRecord<P>,
  { expiresAt, group, owner }: Extract<AuthenticateResult<P>, { ok: true }>,
): void {
  const { core } = connection
  core.live.get(client.sessionId)?.end('taken_over')
  const { session, present } = core.sessions.take(client.sessionId, connect.clean, owner)
  connection.deadlines.expiresAtMs = expiresAt ?? Number.POSITIVE_INFINITY
  connection.bind(client, session, connect, group)
  if (present) connection.hosted.recheck()
  // A hook or a listener may have ended it.
  if (!connection.alive) return
  // MQTT 3.1 knows no session present flag. A session without subscriptions is present all the same [MQTT-3.2.2-2].
  connection.out.packet(connack(0, present && connect.protocolVersion === 4))
  connection.ready()
}

function requestProblem<P>(
  { core }: Connection<P>,
  { clientId, clean, protocolVersion, will }: ConnectPacket,
): { code: number; reason: RefusalReason; detail: string } | null {
  const { limits, stopping, connections } = core
  if (stopping) return { code: 3, reason: 'server_stopping', detail: 'stopping' }
  if (connections.size > limits.maxConnections)
    return { code: 3, reason: 'quota', detail: 'too many connections' }
  const idBytes = Buffer.byteLength(clientId)
  const emptyId = idBytes === 0 && (!clean || protocolVersion === 3)
  if (emptyId || idBytes > limits.maxClientIdBytes)
    return { code: 2, reason: 'wrong_client_id', detail: 'client id' }
  if (!will) return null
  const topic = topicProblem(will.topic, limits.maxTopicLevels)
  if (topic) return { code: 5, reason: 'malformed', detail: `will: ${topic}` }
  const tooLarge =
    will.payload.length > limits.maxWillBytes || Buffer.byteLength(will.topic) > limits.maxTopicBytes
  return tooLarge ? { code: 5, reason: 'too_large', detail: 'will' } : null
}

function requestOf<P>(connection: Connection<P>, connect: ConnectPacket): ConnectRequest {
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
  { transport, remoteAddress, id }: Connection<P>,
  { clientId }: ConnectPacket,
  { sessionId, principal }: Extract<AuthenticateResult<P>, { ok: true }>,
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

function mayWill<P>({ core }: Connection<P>, client: ClientRecord<P>, { topic, qos, retain }: Will): boolean {
  return !isSysTopic(topic) && core.policy.authorizePublish(client, topic, qos, retain)
}

function refuse<P>(
  connection: Connection<P>,
  answer: Buffer,
  reason: RefusalReason,
  connect: ConnectPacket | null,
  detail?: string,
  topic?: string,
): void {
  const { core, remoteAddress, out } = connection
  core.refuse({
    stage: 'connect',
    reason,
    remoteAddress,
    ...(connect ? { clientId: connect.clientId } : {}),
    ...(connect?.username === undefined ? {} : { username: connect.username }),
    ...(topic === undefined ? {} : { topic }),
    ...(detail === undefined ? {} : { detail }),
  })
  out.packet(answer)
  connection.end('client')
}

function connack(returnCode: number, sessionPresent = false): Buffer {
  return Buffer.from([0x20, 2, sessionPresent ? 1 : 0, returnCode])
}

// MQTT 5, section 3.2: reason code 0x84, unsupported protocol version, no properties.
const connackUnsupportedV5 = Buffer.from([0x20, 3, 0, 0x84, 0])
