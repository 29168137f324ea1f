import { type AuditAction, quotaNames } from '@heliograph/protocol'
import type { Prisma } from '../database/generated/client.js'

const device = ['name', 'type', 'tags', 'expectedIntervalSeconds'] as const
const application = ['name', 'subscribe', 'publish', 'origins', 'overlapSeconds'] as const
const credential = ['name', 'expiresAt', 'overlapSeconds'] as const

/**
 * The actions of the audit, each with the fields that it may record. All else is left out, so that no secret gets into the
 * audit with a row or a body that later has one.
 */
export const auditFields = {
  'audit.trim': ['rows', 'before'],
  'organization.create': ['name'],
  'organization.update': ['name', 'retentionDays', 'requiresTwoFactor'],
  'organization.quotas': quotaNames,
  'organization.transfer': ['owner', 'role', 'tags'],
  'organization.delete': ['name', 'members', 'devices', 'apiKeys', 'applications'],
  'setAside.delete': ['device'],
  'member.join': ['role', 'tags', 'invitation', 'by'],
  'member.update': ['email', 'role', 'tags', 'revokedInvitations', 'by'],
  'member.leave': ['email', 'role', 'apiKeys', 'revokedInvitations', 'accountDeleted'],
  'member.remove': ['email', 'role', 'apiKeys', 'revokedInvitations', 'by'],
  'person.signIn': ['method'],
  'person.signOut': [],
  'person.signInRefused': ['email', 'method', 'attempts', 'since', 'addresses'],
  'person.endSessions': ['sessions'],
  'person.update': ['name'],
  'person.changePassword': ['endedSessions'],
  'person.resetLink': ['email', 'expiresAt'],
  'person.resetPassword': ['email', 'endedSessions'],
  'person.changeEmail': ['email'],
  'person.enableTwoFactor': [],
  'person.disableTwoFactor': ['email'],
  'person.renewRecoveryCodes': [],
  'person.addPasskey': ['name'],
  'person.removePasskey': ['name'],
  'person.connectProvider': [],
  'person.disconnectProvider': [],
  'invitation.create': ['email', 'role', 'tags', 'expiresAt'],
  'invitation.revoke': ['email', 'role', 'tags'],
  'apiKey.create': ['name', 'role', 'scopes', 'tags', 'expiresAt'],
  'apiKey.rotate': ['name', 'overlapSeconds'],
  'apiKey.delete': ['name', 'role', 'madeWithIt'],
  'application.create': application,
  'application.update': application,
  'application.rotate': application,
  'application.delete': application,
  'device.create': device,
  'device.update': device,
  'device.delete': device,
  'credential.issue': credential,
  'credential.rotate': credential,
  'credential.revoke': credential,
} as const satisfies Record<AuditAction, readonly string[]>

/** What an action may record. */
export type AuditFacts<Action extends AuditAction> = {
  readonly [Field in (typeof auditFields)[Action][number]]?: Prisma.InputJsonValue | null | undefined
}

/** The listed fields alone, as JSON; null without any. */
export function listedFacts(action: AuditAction, facts: object | undefined): string | null {
  if (facts === undefined) return null
  const listed: readonly string[] = auditFields[action]
  const kept = Object.entries(facts).filter(([field, value]) => listed.includes(field) && value !== undefined)
  return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept))
}

/** What an update changes: each of its fields that differs, as it was and as it is. */
export function changesOf<Row extends object>(
  before: Row,
  update: { readonly [Field in keyof Row]?: Row[Field] | undefined },
): { before: Partial<Row>; after: Partial<Row> } {
  const changes: { before: Partial<Row>; after: Partial<Row> } = { before: {}, after: {} }
  for (const field of Object.keys(update) as (keyof Row)[]) {
    const to = update[field]
    if (to === undefined || JSON.stringify(to) === JSON.stringify(before[field])) continue
    changes.before[field] = before[field]
    changes.after[field] = to
  }
  return changes
}
