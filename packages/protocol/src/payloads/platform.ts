import { z } from 'zod'
import { TimestampMs } from './telemetry.js'

/**
 * Why a device is, or is not, connected. `never_connected` is a device before its first connection;
 * `server_stopping` is a planned stop; `server_restarted` is written at the start after a crash.
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
  'clock_not_set',
  'telemetry_dropped',
  'telemetry_set_aside',
  'too_many_samples',
  'too_many_corrections',
  'not_retained',
  'retained_quota',
  'quota',
])
export type NoticeCode = z.infer<typeof NoticeCode>

/** Tells a device what is wrong with its messages on a topic, and why, in words: they are refused, except for `clock_not_set`. */
export const Notice = z.strictObject({ code: NoticeCode, topic: z.string(), detail: z.string() })
export type Notice = z.infer<typeof Notice>

/** Whether telemetry is stored: `behind` when it waits longer than usual, `away` when the database does not answer. */
export const StoreState = z.strictObject({ state: z.enum(['ok', 'behind', 'away']), since: TimestampMs })
export type StoreState = z.infer<typeof StoreState>

const Count = z.int().min(0)

/** How many devices have each status. */
export const StatusCounts = z.strictObject({ online: Count, quiet: Count, offline: Count, never: Count })
export type StatusCounts = z.infer<typeof StatusCounts>

/** How often one reason led to a refusal: the code of a notice, or the reason why a connection was refused. */
export const RefusalCount = z.strictObject({ code: z.string(), lastMinute: Count, lastHour: Count })
export type RefusalCount = z.infer<typeof RefusalCount>

/** An estimate from a sample of the tables' pages, indexes included, at most once a minute. */
export const StorageEstimate = z.strictObject({
  bytes: Count.meta({ description: 'Size of the telemetry of the organization' }),
  bytesPerDay: Count.meta({ description: 'Size of the samples of the last 24 hours' }),
  ts: TimestampMs,
})
export type StorageEstimate = z.infer<typeof StorageEstimate>

/** Counts and rates of an organization, once a second. Counts that come from the database may be some seconds older. */
export const FleetCounts = z.strictObject({
  ts: TimestampMs,
  devices: Count,
  online: Count.meta({ description: 'Devices with a connection that is up' }),
  messagesPerSecond: z.number().min(0),
  samplesPerSecond: z.number().min(0),
  statuses: StatusCounts.nullable().meta({ description: 'null until the database was asked' }),
  refusals: z.array(RefusalCount).meta({ description: 'Refusals of the last hour, the most frequent first' }),
  slowConsumers: z
    .strictObject({ connections: Count, droppedMessages: Count })
    .meta({ description: 'Clients that did not keep up with their subscriptions, in the last ten minutes' }),
  storage: StorageEstimate.nullable().meta({ description: 'null until the first estimate' }),
  store: StoreState,
})
export type FleetCounts = z.infer<typeof FleetCounts>
