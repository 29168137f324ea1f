import type { AuthenticateResult, RefusalReason } from '@heliograph/broker'
import type { ConnectionPrincipal } from './connection-principal.js'

export type ConnectResult = AuthenticateResult<ConnectionPrincipal>
type ConnectRefusal = Extract<ConnectResult, { ok: false }>

/** Refuses a CONNECT. A client of MQTT 5 is told in words what the code says, and no more. */
export function refuseConnect(reason: ReasonOfRefusal, detail?: string): ConnectRefusal {
  const refusal: ConnectRefusal = { ok: false, reason, reasonString: reasonStrings[reason] }
  return detail === undefined ? refusal : { ...refusal, detail }
}

type ReasonOfRefusal = Extract<RefusalReason, keyof typeof reasonStrings>

const reasonStrings = {
  bad_credentials: 'The user name or the password is wrong.',
  expired: 'This password has expired.',
  not_authorized: 'This connection is not allowed.',
  wrong_client_id: 'The client id is not one that this user name may have.',
  quota: 'The organization has as many connections as it may have.',
  server_unavailable: 'The platform cannot decide at the moment. Try again later.',
} as const
