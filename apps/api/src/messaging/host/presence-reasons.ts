import type { DisconnectReason } from '@heliograph/broker'
import type { PresenceReason } from '@heliograph/protocol'

/** The reason in a device's presence for each way in which the broker ends a connection. */
export const presenceReasons: Record<DisconnectReason, PresenceReason> = {
  client: 'client_disconnected',
  connection_lost: 'connection_lost',
  keep_alive: 'keep_alive_timeout',
  taken_over: 'taken_over',
  kicked: 'kicked',
  revoked: 'credential_revoked',
  expired: 'credential_expired',
  slow_consumer: 'slow_consumer',
  malformed: 'protocol_error',
  not_authorized: 'not_authorized',
  too_large: 'too_large',
  rate: 'rate_limited',
  quota: 'rate_limited',
  refused_messages: 'rate_limited',
  timeout: 'connection_lost',
  undecided: 'connection_lost',
  server_error: 'connection_lost',
  server_stopping: 'server_stopping',
}
