import type { ReasonCode } from '../interface/reason-code.js'
import type { DisconnectReason } from '../interface/types.js'
import { disconnect } from '../packets/answers.js'
import type { OutgoingQueue } from '../transport/outgoing-queue.js'
import type { ClientProtocol } from './client-protocol.js'
import { disconnectAnswers } from './reason-table.js'

/** Why a connection is ended. */
export interface EndOfConnection {
  readonly reason: DisconnectReason
  readonly detail: string | undefined
  /** In place of the code of the reason. */
  readonly code: ReasonCode | undefined
}

/**
 * Sends DISCONNECT to a client of MQTT 5 that takes what it is sent (section 3.14); false when nothing was sent. Earlier
 * versions have no such packet of the server.
 */
export function sayFarewell(
  out: OutgoingQueue,
  { version, rules }: ClientProtocol,
  { reason, detail, code }: EndOfConnection,
): boolean {
  const answer = disconnectAnswers[reason]
  if (version !== 5 || answer === null || out.exceeds(mostBytesBefore)) return false
  out.packet(disconnect(code ?? answer.reasonCode, { reasonString: detail ?? answer.text }, rules))
  return true
}

/** A client for which more waits takes it too slowly to be told why it is disconnected. */
const mostBytesBefore = 64 * 1024
