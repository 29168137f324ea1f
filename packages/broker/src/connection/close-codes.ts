import type { DisconnectReason, RefusalReason } from '../interface/types.js'

/** Reasons after which a client still gets what is queued for it; for all others its socket is destroyed. */
export const gracefulReasons = new Set<DisconnectReason>([
  'client',
  'malformed',
  'too_large',
  'server_stopping',
])

/** Whether an end is a refusal as well, which the host is told. */
export function isReported(reason: DisconnectReason): reason is DisconnectReason & RefusalReason {
  return reportedReasons.has(reason)
}

const reportedReasons = new Set<DisconnectReason>([
  'malformed',
  'too_large',
  'timeout',
  'quota',
  'rate',
  'refused_messages',
])

/** Close codes of RFC 6455, section 7.4.1; 1000 for all others. */
export const closeCodes: Partial<Record<DisconnectReason, number>> = {
  server_stopping: 1001,
  not_authorized: 1008,
  revoked: 1008,
  expired: 1008,
  rate: 1008,
  refused_messages: 1008,
  too_large: 1009,
  server_error: 1011,
}
