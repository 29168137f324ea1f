import { z } from 'zod'
import { recordOf } from './schemas.js'
import { DeviceTime, JsonValue, TimestampMs } from './telemetry.js'

/** An event on a device, in words. */
export const DeviceEvent = z.strictObject({
  level: z.enum(['debug', 'info', 'warning', 'error', 'critical']),
  message: z.string().min(1).max(4_096),
  code: z.string().min(1).max(128).optional(),
  data: JsonValue.optional(),
  ts: DeviceTime.optional(),
})
export type DeviceEvent = z.infer<typeof DeviceEvent>

/** A JSON merge patch (RFC 7396) of the state that the device reports. */
export const ReportedState = recordOf(z.string(), JsonValue)
export type ReportedState = z.infer<typeof ReportedState>

/** The state that the platform asks of the device. */
export const DesiredState = z.strictObject({
  version: z.int().min(0),
  state: recordOf(z.string(), JsonValue),
})
export type DesiredState = z.infer<typeof DesiredState>

export const CommandRequest = z.strictObject({
  name: z.string().min(1),
  args: JsonValue,
  expiresAt: TimestampMs,
})
export type CommandRequest = z.infer<typeof CommandRequest>

export const CommandReply = z.strictObject({
  status: z.enum(['accepted', 'progress', 'done', 'failed']),
  result: JsonValue.optional(),
  error: z.string().optional(),
})
export type CommandReply = z.infer<typeof CommandReply>
