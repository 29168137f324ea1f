import type { Device, DeviceStatus } from '@heliograph/protocol'
import { PresenceReason } from '@heliograph/protocol'

/** A device as queries return it: its row, and its activity. */
export interface DeviceRow {
  key: number
  id: string
  name: string
  type: string | null
  tags: string[]
  expectedIntervalSeconds: number
  createdAt: Date
  updatedAt: Date
  connected: boolean
  since: Date | null
  reason: string | null
  lastMessageAt: Date | null
  droppedMessages: number
  clockSkewMs: number | null
  clockNotSet: boolean
  status: DeviceStatus
}

/**
 * The status of a device in SQL, for filters: the same rule as `deviceStatus` of the protocol. For queries over
 * `deviceTables`; `now` names the parameter with the present time.
 */
export function statusSql(now: string): string {
  const connected = 'coalesce(a.connected, false)'
  const overHttp = '(a.last_message_at IS NOT NULL AND (a.since IS NULL OR a.last_message_at > a.since))'
  const lastSign = `greatest(a.last_message_at, CASE WHEN ${connected} THEN a.since END)`
  return `CASE
    WHEN a.since IS NULL AND a.last_message_at IS NULL THEN 'never'
    WHEN NOT ${connected} AND NOT ${overHttp} THEN 'offline'
    WHEN ${now}::timestamptz - ${lastSign} <= make_interval(secs => d.expected_interval_seconds) THEN 'online'
    ELSE 'quiet' END`
}

/** The columns of a DeviceRow. */
export function deviceColumns(now: string): string {
  return `d.key, d.id, d.name, d.type, d.tags, d.expected_interval_seconds AS "expectedIntervalSeconds",
    d.created_at AS "createdAt", d.updated_at AS "updatedAt", coalesce(a.connected, false) AS connected,
    a.since, a.reason, a.last_message_at AS "lastMessageAt",
    coalesce(a.dropped_messages, 0)::float8 AS "droppedMessages", a.clock_skew_ms::float8 AS "clockSkewMs",
    coalesce(a.clock_not_set, false) AS "clockNotSet", ${statusSql(now)} AS status`
}

export const deviceTables = 'device d LEFT JOIN device_activity a ON a.device_key = d.key'

/** Converts a row to the device of the REST interface. */
export function toDevice(row: DeviceRow): Device {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    tags: row.tags,
    expectedIntervalSeconds: row.expectedIntervalSeconds,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    status: row.status,
    connection: {
      connected: row.connected,
      since: row.since?.toISOString() ?? null,
      reason: PresenceReason.nullable().catch(null).parse(row.reason),
    },
    lastMessageAt: row.lastMessageAt?.toISOString() ?? null,
    telemetry: {
      droppedMessages: row.droppedMessages,
      clockSkewMs: row.clockSkewMs,
      clockNotSet: row.clockNotSet,
    },
  }
}
