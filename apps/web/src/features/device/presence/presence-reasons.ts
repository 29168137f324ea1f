import type { PresenceReason } from '@heliograph/protocol'

/** Why a connection began or ended and, where something can be done, what to do. */
export const presenceReasons: Record<PresenceReason, string> = {
  connected: 'Signed in',
  client_disconnected: 'Disconnected cleanly',
  connection_lost: 'Connection lost: the network connection broke without a DISCONNECT packet',
  keep_alive_timeout:
    'Keep-alive timeout: the device sent nothing for longer than its keep-alive interval allows',
  taken_over: 'Taken over by a new connection with the same client id; two devices may share a credential',
  credential_revoked: 'Credential revoked',
  credential_expired: 'Credential expired; create a new one',
  kicked: 'Kicked by an administrator',
  protocol_error: 'Protocol error: the device sent something that is not MQTT; check its client library',
  not_authorized:
    'Not authorized: the device kept publishing to topics of others; check the topic in its code',
  too_large: 'Message too large',
  rate_limited: 'Rate limit exceeded',
  slow_consumer: 'Slow consumer: the device did not keep up with its subscriptions',
  server_stopping: 'Server shutdown: Heliograph was stopped or restarted',
  server_restarted: 'Server failure: Heliograph ended without a shutdown',
}
