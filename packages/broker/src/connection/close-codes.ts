import type { DisconnectReason } from '../types.js'

/** A peer that still listens is told; the others are cut at once. */
export const gentleReasons = new Set<DisconnectReason>([
  'client',
  'malformed',
  'too_large',
  'server_stopping',
])

/** Close codes of RFC 6455, section 7.4.1; 1000 for all others. */
export const closeCodes: Partial<Record<DisconnectReason, number>> = {
  server_stopping: 1001,
  not_authorized: 1008,
  revoked: 1008,
  expired: 1008,
  rate: 1008,
  too_large: 1009,
  server_error: 1011,
}
