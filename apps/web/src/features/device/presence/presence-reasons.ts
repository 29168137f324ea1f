import type { PresenceReason } from '@heliograph/protocol'

/** Why a connection came up or went down, and what to do where something can be done. */
export const presenceReasons: Record<PresenceReason, string> = {
  connected: 'It signed in',
  client_disconnected: 'It said goodbye and closed the connection',
  connection_lost: 'The network between broke off without a goodbye',
  keep_alive_timeout: 'It was silent for longer than the keep alive it had promised',
  taken_over: 'Another connection signed in with the same client id; two devices may share a credential',
  credential_revoked: 'Its credential was revoked',
  credential_expired: 'Its credential expired; make a new one',
  kicked: 'An administrator ended the connection',
  protocol_error: 'It sent something that is not MQTT; check the client library',
  not_authorized: 'It kept publishing to topics that are not its own; check the topic in its code',
  too_large: 'It sent a message over the size limit',
  rate_limited: 'It sent faster than it may',
  slow_consumer: 'It read too slowly what it had subscribed to',
  server_stopping: 'Heliograph was stopped or restarted',
  server_restarted: 'Heliograph ended without warning; the connection ended with it',
}
