import { z } from 'zod'
import { deviceStatuses } from '../common/device-status.js'
import { DeviceId } from '../common/ids.js'
import { Tag } from '../common/tags.js'
import { PresenceReason } from '../payloads/platform.js'
import { Cursor, Name, page, queryInteger, Timestamp } from './common.js'

export const Tags = z
  .array(Tag)
  .max(32)
  .transform((tags) => [...new Set(tags)])
const TypeSlug = z.string().regex(/^[a-z0-9-]{1,64}$/, 'use 1 to 64 of a-z, 0-9 and -')
const ExpectedIntervalSeconds = z.int().min(1).max(31_536_000)

export const CreateDevice = z
  .strictObject({
    name: Name,
    id: DeviceId.optional(),
    type: TypeSlug.nullable().optional(),
    tags: Tags.optional(),
    expectedIntervalSeconds: ExpectedIntervalSeconds.optional(),
  })
  .meta({ id: 'CreateDevice' })
export type CreateDevice = z.infer<typeof CreateDevice>

export const UpdateDevice = z
  .strictObject({
    name: Name.optional(),
    type: TypeSlug.nullable().optional(),
    tags: Tags.optional(),
    expectedIntervalSeconds: ExpectedIntervalSeconds.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must change at least one field')
  .meta({ id: 'UpdateDevice' })
export type UpdateDevice = z.infer<typeof UpdateDevice>

export const DeviceConnection = z
  .object({
    connected: z.boolean(),
    since: Timestamp.nullable().meta({
      description: 'When the connection came up or went down; null when the device never connected',
    }),
    reason: PresenceReason.nullable(),
  })
  .meta({ id: 'DeviceConnection' })
export type DeviceConnection = z.infer<typeof DeviceConnection>

const DeviceTelemetry = z
  .object({
    droppedMessages: z.int().min(0).meta({
      description: 'Messages of QoS 0 that were not stored, because the ingest quota was used up',
    }),
    clockSkewMs: z.int().nullable().meta({
      description: 'The time in the last message minus the platform’s clock; null when no message had a time',
    }),
    clockNotSet: z.boolean().meta({
      description:
        'Whether the newest time in the last message that had one was before 2010; samples with such a time are stored at their arrival',
    }),
  })
  .meta({ id: 'DeviceTelemetry' })

export const Device = z
  .object({
    id: DeviceId,
    name: z.string(),
    type: z.string().nullable(),
    tags: z.array(z.string()),
    expectedIntervalSeconds: z.int(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    status: z.enum(deviceStatuses),
    connection: DeviceConnection,
    lastMessageAt: Timestamp.nullable().meta({
      description: 'When the device was last heard: its last message that was not refused, over MQTT or HTTP',
    }),
    telemetry: DeviceTelemetry,
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof Device>

export const deviceSorts = [
  'name',
  '-name',
  'id',
  '-id',
  'createdAt',
  '-createdAt',
  'lastMessageAt',
  '-lastMessageAt',
] as const

/** Text of a search. Names hold no control characters, and PostgreSQL stores no U+0000. */
const filterText = (maximumLength: number) =>
  z
    .string()
    .max(maximumLength)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')

export const ListDevices = z.strictObject({
  search: filterText(120).optional().meta({ description: 'Part of the name, the id or a tag' }),
  tag: filterText(48).optional(),
  type: filterText(64).optional(),
  status: z.enum(deviceStatuses).optional(),
  sort: z
    .enum(deviceSorts)
    .optional()
    .meta({ description: 'name by default; a leading minus sorts descending' }),
  cursor: Cursor.optional(),
  limit: queryInteger(1, 500).optional().meta({ description: '50 by default' }),
})
export type ListDevices = z.infer<typeof ListDevices>

export const DevicePage = page(Device).meta({ id: 'DevicePage' })
export type DevicePage = z.infer<typeof DevicePage>

export const PresenceChange = z
  .object({
    ts: Timestamp,
    online: z.boolean(),
    reason: PresenceReason,
    foldedChanges: z.int().min(0).meta({
      description:
        'How many changes right before this one are not listed, as there were too many in a minute',
    }),
    takeOvers: z.int().min(0).meta({
      description: 'How often a connection of the device was taken over from then until the next change',
    }),
  })
  .meta({ id: 'PresenceChange' })
export type PresenceChange = z.infer<typeof PresenceChange>

export const ListPresence = z.strictObject({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 500).optional().meta({ description: '50 by default; newest first' }),
})
export type ListPresence = z.infer<typeof ListPresence>

export const PresencePage = page(PresenceChange).meta({ id: 'PresencePage' })
export type PresencePage = z.infer<typeof PresencePage>
