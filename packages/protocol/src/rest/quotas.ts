import { z } from 'zod'
import { OrganizationSlug } from '../common/ids.js'
import { Timestamp } from './common.js'

/** What an organization has a quota of. */
export const quotaNames = ['devices', 'messagesPerDay', 'storedBytes', 'connections'] as const
export type QuotaName = (typeof quotaNames)[number]

const Count = z.int().min(0)
const most = 2 ** 50

const Limit = z
  .int()
  .min(1, 'must be 1 at least')
  .max(most, `must be at most ${most}`)
  .nullable()
  .optional()
  .meta({ description: 'null: the default of the platform' })

export const UpdateQuotas = z
  .strictObject({ devices: Limit, messagesPerDay: Limit, storedBytes: Limit, connections: Limit })
  .refine((change) => Object.keys(change).length > 0, 'expected a quota at least')
  .meta({ id: 'UpdateQuotas' })
export type UpdateQuotas = z.infer<typeof UpdateQuotas>

export const Quota = z
  .object({
    limit: Count.nullable().meta({ description: 'null: there is none' }),
    isDefault: z.boolean().meta({ description: 'Whether it is the default of the platform' }),
  })
  .meta({ id: 'Quota' })
export type Quota = z.infer<typeof Quota>

export const OrganizationQuotas = z
  .object({
    slug: OrganizationSlug,
    name: z.string(),
    devices: Quota,
    messagesPerDay: Quota,
    storedBytes: Quota,
    connections: Quota,
  })
  .meta({ id: 'OrganizationQuotas' })
export type OrganizationQuotas = z.infer<typeof OrganizationQuotas>

export const QuotaLevel = z.enum(['ok', 'warning', 'critical', 'full']).meta({
  id: 'QuotaLevel',
  description: '`warning` from 80 % of the quota on, `critical` from 95 % on, `full` when it is used up',
})
export type QuotaLevel = z.infer<typeof QuotaLevel>

export const QuotaUse = Quota.extend({
  used: Count.nullable().meta({ description: 'null: not known yet' }),
  level: QuotaLevel,
  fullAt: Timestamp.nullable().meta({
    description: 'When it is used up at the present rate; null: it is not, or that cannot be told',
  }),
}).meta({ id: 'QuotaUse' })
export type QuotaUse = z.infer<typeof QuotaUse>

export const UsageDay = z
  .object({
    day: z.iso.date().meta({ description: 'A day in UTC' }),
    messages: Count.meta({ description: 'Messages of telemetry that came in' }),
    samples: Count.meta({ description: 'Samples that were stored' }),
    bytes: Count.meta({ description: 'Bytes of their payloads' }),
  })
  .meta({ id: 'UsageDay' })
export type UsageDay = z.infer<typeof UsageDay>

export const OrganizationUsage = z
  .object({
    devices: QuotaUse,
    messagesPerDay: QuotaUse.meta({ description: 'Messages of telemetry of this day in UTC' }),
    storedBytes: QuotaUse.meta({ description: 'An estimate: see `StorageEstimate`' }),
    connections: QuotaUse.meta({ description: 'Connections of devices and scripts, without pages' }),
    days: z.array(UsageDay).meta({ description: 'This day and the seven before it, ascending' }),
  })
  .meta({ id: 'OrganizationUsage' })
export type OrganizationUsage = z.infer<typeof OrganizationUsage>
