import { z } from 'zod'
import { Role } from '../access/roles.js'
import { SeenTags } from '../access/scopes.js'
import { OrganizationSlug } from '../common/ids.js'
import { Cursor, Name, page, queryInteger, Timestamp } from './common.js'

export const Password = z
  .string()
  .min(10, 'must be at least 10 characters long')
  .max(128, 'must be at most 128 characters long')

export const SetupState = z
  .object({ needed: z.boolean(), codeRequired: z.boolean() })
  .meta({ id: 'SetupState' })
export type SetupState = z.infer<typeof SetupState>

export const CreateOrganization = z
  .strictObject({ name: Name, slug: OrganizationSlug })
  .meta({ id: 'CreateOrganization' })
export type CreateOrganization = z.infer<typeof CreateOrganization>

export const Setup = z
  .strictObject({
    name: Name,
    email: z.email().max(254),
    password: Password,
    organization: CreateOrganization,
    code: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'The one-time code from the log, when `codeRequired` is true' }),
  })
  .meta({ id: 'Setup' })
export type Setup = z.infer<typeof Setup>

export const Organization = z
  .object({ slug: OrganizationSlug, name: z.string(), role: Role, tags: SeenTags })
  .meta({ id: 'Organization' })
export type Organization = z.infer<typeof Organization>

export const ListOrganizations = z.strictObject({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 200).optional().meta({ description: '50 by default; by slug' }),
})
export type ListOrganizations = z.infer<typeof ListOrganizations>

const Count = z.int().min(0)

export const OrganizationSummary = z
  .object({
    slug: OrganizationSlug,
    name: z.string(),
    createdAt: Timestamp,
    members: Count,
    devices: Count,
  })
  .meta({
    id: 'OrganizationSummary',
    description: 'The name and the size of an organization, and nothing that is in it',
  })
export type OrganizationSummary = z.infer<typeof OrganizationSummary>

export const OrganizationSummaryPage = page(OrganizationSummary).meta({ id: 'OrganizationSummaryPage' })
export type OrganizationSummaryPage = z.infer<typeof OrganizationSummaryPage>

/** How many days an organization may keep telemetry, at most: a century. */
export const maximumRetentionDays = 36_525

const RetentionDays = z
  .int()
  .min(0, 'must be a number of days, or 0 to keep telemetry without end')
  .max(maximumRetentionDays, `must be at most ${maximumRetentionDays.toLocaleString('en')} days`)
  .nullable()
  .meta({ description: 'Days; 0: without end; null: as TELEMETRY_RETENTION_DAYS of the platform says' })

const RequiresTwoFactor = z.boolean().meta({
  description:
    'Whether members have to sign in with two factors: an authenticator app, a passkey, or the OpenID provider. To be changed by who has them themselves',
})

export const UpdateOrganization = z
  .strictObject({
    name: Name.optional(),
    retentionDays: RetentionDays.optional(),
    requiresTwoFactor: RequiresTwoFactor.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'expected a setting at least')
  .meta({ id: 'UpdateOrganization' })
export type UpdateOrganization = z.infer<typeof UpdateOrganization>

const days = z.int().nullable()

export const OrganizationSettings = z
  .object({
    slug: OrganizationSlug,
    name: z.string(),
    requiresTwoFactor: RequiresTwoFactor,
    retentionDays: RetentionDays,
    defaultRetentionDays: days.meta({ description: 'The default of the platform; null: without end' }),
    effectiveRetentionDays: days.meta({ description: 'For how long telemetry is kept; null: without end' }),
    nextDeletionAt: Timestamp.meta({ description: 'When telemetry that is too old is deleted next' }),
    deletesBefore: Timestamp.nullable().meta({
      description: 'Telemetry from before this time is deleted then, up to a week of it later; null: none is',
    }),
  })
  .meta({ id: 'OrganizationSettings' })
export type OrganizationSettings = z.infer<typeof OrganizationSettings>

export const OwnOrganization = Organization.extend({
  needsTwoFactor: z.boolean().meta({
    description: 'It requires two-factor, which this sign-in has not: nothing else of it can be read',
  }),
}).meta({ id: 'OwnOrganization' })
export type OwnOrganization = z.infer<typeof OwnOrganization>

export const Me = z
  .object({
    user: z.object({ id: z.string(), name: z.string(), email: z.string() }),
    organizations: z.array(OwnOrganization),
    platformAdministrator: z.boolean().meta({
      description: 'Whether they may found organizations and set the quotas of all',
    }),
    mayCreateOrganizations: z.boolean(),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

export const PlatformInfo = z
  .object({
    version: z.string(),
    urls: z.object({ http: z.string(), ws: z.string(), tcp: z.string().nullable() }),
    loopbackOnly: z.boolean().meta({ description: 'True when other machines cannot reach the platform' }),
  })
  .meta({ id: 'PlatformInfo' })
export type PlatformInfo = z.infer<typeof PlatformInfo>
