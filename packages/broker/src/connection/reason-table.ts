import { ReasonCode } from '../interface/reason-code.js'
import type { DisconnectReason, RefusalReason } from '../interface/types.js'

/** How a CONNECT is refused. */
export interface RefusalAnswer {
  /** In the CONNACK of MQTT 3.1 and 3.1.1 (section 3.2.2.3). */
  readonly returnCode: 1 | 2 | 3 | 4 | 5
  /** In the CONNACK of MQTT 5 (section 3.2.2.2). */
  readonly reasonCode: ReasonCode
  /** The reason string, unless the host gives another. It says no more than the code does. */
  readonly text: string
}

export const refusalAnswers: Readonly<Record<RefusalReason, RefusalAnswer>> = {
  bad_credentials: answer(4, ReasonCode.badUserNameOrPassword, 'bad user name or password'),
  expired: answer(5, ReasonCode.notAuthorized, 'the credential has expired'),
  revoked: answer(5, ReasonCode.notAuthorized, 'the credential was revoked'),
  wrong_client_id: answer(2, ReasonCode.clientIdentifierNotValid, 'this client id may not be used'),
  not_authorized: answer(5, ReasonCode.notAuthorized, 'not authorized'),
  malformed: answer(5, ReasonCode.malformedPacket, 'malformed packet'),
  too_large: answer(5, ReasonCode.packetTooLarge, 'too large'),
  rate: answer(3, ReasonCode.connectionRateExceeded, 'too many connects'),
  quota: answer(3, ReasonCode.quotaExceeded, 'quota exceeded'),
  refused_messages: answer(3, ReasonCode.banned, 'banned for a while, because what was sent was refused'),
  timeout: answer(3, ReasonCode.serverUnavailable, 'not decided in time'),
  unsupported_protocol: answer(1, ReasonCode.unsupportedProtocolVersion, 'unsupported protocol version'),
  unsupported: answer(5, ReasonCode.badAuthenticationMethod, 'enhanced authentication is not supported'),
  server_unavailable: answer(3, ReasonCode.serverUnavailable, 'the server is unavailable'),
  server_error: answer(3, ReasonCode.unspecifiedError, 'the server has failed'),
  server_stopping: answer(3, ReasonCode.serverUnavailable, 'the server is shutting down'),
}

/** What a client of MQTT 5 is told when the server ends its connection (section 3.14.2.1). */
export interface DisconnectAnswer {
  readonly reasonCode: ReasonCode
  readonly text: string
}

/** Null where nothing is sent, because the client has left. */
export const disconnectAnswers: Readonly<Record<DisconnectReason, DisconnectAnswer | null>> = {
  client: null,
  connection_lost: null,
  keep_alive: told(ReasonCode.keepAliveTimeout, 'nothing was received within one and a half keep alive'),
  taken_over: told(ReasonCode.sessionTakenOver, 'another connection has taken over this session'),
  kicked: told(ReasonCode.administrativeAction, 'disconnected by an administrator'),
  revoked: told(ReasonCode.notAuthorized, 'the credential was revoked, or its session has ended'),
  expired: told(ReasonCode.maximumConnectTime, 'the credential has expired'),
  slow_consumer: told(ReasonCode.quotaExceeded, 'messages were not taken fast enough'),
  malformed: told(ReasonCode.malformedPacket, 'malformed packet'),
  not_authorized: told(ReasonCode.notAuthorized, 'not authorized'),
  too_large: told(ReasonCode.packetTooLarge, 'packet too large'),
  rate: told(ReasonCode.messageRateTooHigh, 'publishes faster than allowed'),
  quota: told(ReasonCode.quotaExceeded, 'quota exceeded'),
  refused_messages: told(
    ReasonCode.administrativeAction,
    'banned for a while, because what was sent was refused',
  ),
  timeout: told(ReasonCode.unspecifiedError, 'timed out'),
  undecided: told(ReasonCode.implementationSpecificError, 'a message could not be decided'),
  server_error: told(ReasonCode.unspecifiedError, 'the server has failed'),
  server_stopping: told(ReasonCode.serverShuttingDown, 'the server is shutting down'),
}

function answer(
  returnCode: RefusalAnswer['returnCode'],
  reasonCode: ReasonCode,
  text: string,
): RefusalAnswer {
  return { returnCode, reasonCode, text }
}

function told(reasonCode: ReasonCode, text: string): DisconnectAnswer {
  return { reasonCode, text }
}
