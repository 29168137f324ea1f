import { z } from 'zod'
import { TimestampMs } from './telemetry.js'

/**
 * Why a device is, or is not, connected. `never_connected` is a device before its first connection;
 * `server_stopping` is a planned stop, `server_restarted` what is found after a crash.
 */
export const PresenceReason = z.enum([
  'connected',
  'client_disconnected',
  'connection_lost',
  'keep_alive_timeout',
  'taken_over',
  'credential_revoked',
  'credential_expired',
  'kicked',
  'protocol_error',
  'not_authorized',
  'too_large',
  'rate_limited',
  'slow_consumer',
  'server_stopping',
  'server_restarted',
])
export type PresenceReason = z.infer<typeof PresenceReason>

/** Whether a device's connection is up, and since when (epoch milliseconds). */
export const Presence = z.strictObject({ online: z.boolean(), since: TimestampMs, reason: PresenceReason })
export type Presence = z.infer<typeof Presence>

export const NoticeCode = z.enum([
  'payload_invalid',
  'topic_denied',
  'timestamp_refused',
  'telemetry_dropped',
])
export type NoticeCode = z.infer<typeof NoticeCode>

/** Why something that a device sent was refused: which topic, and in words. */
export const Notice = z.strictObject({ code: NoticeCode, topic: z.string(), detail: z.string() })
export type Notice = z.infer<typeof Notice>

/** Counts of an organization, once a second. */
export const FleetCounts = z.strictObject({
  ts: TimestampMs,
  devices: z.int().min(0),
  online: z.int().min(0),
  messagesPerSecond: z.number().min(0),
  samplesPerSecond: z.number().min(0),
})
export type FleetCounts = z.infer<typeof FleetCounts>
