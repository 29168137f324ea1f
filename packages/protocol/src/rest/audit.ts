import { z } from 'zod'
import { OrganizationSlug } from '../common/ids.js'
import { Cursor, page, queryInteger, TimeExpression, Timestamp } from './common.js'

/** What the audit knows as done. */
export const auditActions = [
  'audit.trim',
  'organization.create',
  'organization.update',
  'organization.quotas',
  'organization.transfer',
  'organization.delete',
  'setAside.delete',
  'member.join',
  'member.update',
  'member.leave',
  'member.remove',
  'person.signIn',
  'person.signOut',
  'person.signInRefused',
  'person.endSessions',
  'person.update',
  'person.changePassword',
  'person.resetLink',
  'person.resetPassword',
  'person.changeEmail',
  'person.enableTwoFactor',
  'person.disableTwoFactor',
  'person.renewRecoveryCodes',
  'person.addPasskey',
  'person.removePasskey',
  'person.connectProvider',
  'person.disconnectProvider',
  'invitation.create',
  'invitation.revoke',
  'apiKey.create',
  'apiKey.rotate',
  'apiKey.delete',
  'application.create',
  'application.update',
  'application.rotate',
  'application.delete',
  'device.create',
  'device.update',
  'device.delete',
  'credential.issue',
  'credential.rotate',
  'credential.revoke',
] as const
export type AuditAction = (typeof auditActions)[number]

export const AuditActor = z
  .object({
    kind: z.enum(['person', 'apiKey', 'platform', 'unknown']).meta({
      description: '`unknown`: somebody who did not prove who they are',
    }),
    id: z
      .string()
      .nullable()
      .meta({ description: 'The id of the person or the key; null: the platform itself, or unknown' }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Their name at that time; null when it was not recorded' }),
    role: z.string().nullable().meta({
      description: 'The role by which they acted; `platformAdministrator` for one who is no member',
    }),
    behind: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The person behind a key' }),
  })
  .meta({ id: 'AuditActor', description: 'Who did it' })
export type AuditActor = z.infer<typeof AuditActor>

const Facts = z.record(z.string(), z.json()).nullable()

export const AuditEntry = z
  .object({
    id: z.string(),
    at: Timestamp,
    actor: AuditActor,
    action: z.string().meta({ examples: ['credential.revoke'] }),
    target: z.string().meta({ examples: ['device/pump-7/credential/x1'] }),
    before: Facts.meta({ description: 'What changed, as it was; null when there was nothing before' }),
    after: Facts.meta({ description: 'What changed, as it was from then on; null when nothing is left' }),
    detail: Facts.meta({ description: 'Facts that are neither before nor after' }),
    sessionId: z.string().nullable().meta({ description: 'The sign-in session of a person' }),
    address: z.string().nullable().meta({ description: 'The address of the client' }),
    userAgent: z.string().nullable().meta({ description: 'What the client calls itself' }),
    requestId: z.string().nullable().meta({ description: 'The header `X-Request-Id` of the answer' }),
  })
  .meta({
    id: 'AuditEntry',
    description: 'A change: who did what to what, from where. Secrets are never in it',
  })
export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = page(AuditEntry).meta({ id: 'AuditPage' })
export type AuditPage = z.infer<typeof AuditPage>

const text = (longest: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(longest)
    .regex(/^\P{Cc}*$/u, 'must not hold control characters')

const filters = {
  actor: z
    .string()
    .regex(
      /^(?:platform|unknown|(?:person|key):[A-Za-z0-9_-]{1,64})$/,
      'must be platform, unknown, person:… or key:…',
    )
    .optional()
    .meta({ description: '`person:` or `key:` with an id, `platform`, or `unknown`' }),
  action: z
    .string()
    .regex(/^[A-Za-z]{1,40}\.[A-Za-z]{1,40}$/, 'must be an action, such as device.delete')
    .optional()
    .meta({ description: 'Such as `device.delete`' }),
  target: text(200).optional().meta({
    description: 'A target with all below it: `device/pump-7` also finds its credentials',
  }),
  from: TimeExpression.optional(),
  to: TimeExpression.optional(),
  search: text(120).optional().meta({
    description: 'Part of a name, action, target, address, browser, request id, or of what changed',
  }),
}

export const ListAudit = z.strictObject({
  ...filters,
  cursor: Cursor.optional(),
  limit: queryInteger(1, 200).optional().meta({ description: '50 by default; newest first' }),
})
export type ListAudit = z.infer<typeof ListAudit>

export const auditFormats = ['csv', 'ndjson'] as const

const format = z.enum(auditFormats).optional().meta({ description: 'csv by default' })

/** Of the audit of the platform itself. */
export const ExportPlatformAudit = z.strictObject({ ...filters, format })
export type ExportPlatformAudit = z.infer<typeof ExportPlatformAudit>

export const ListActivity = z.strictObject({
  cursor: Cursor.optional(),
  limit: queryInteger(1, 200).optional().meta({ description: '50 by default; newest first' }),
})
export type ListActivity = z.infer<typeof ListActivity>

export const ExportAudit = z.strictObject({
  ...filters,
  format,
  organization: OrganizationSlug.optional().meta({
    description:
      'The organization, for links, which carry no headers. The header Heliograph-Org takes precedence',
  }),
})
export type ExportAudit = z.infer<typeof ExportAudit>
