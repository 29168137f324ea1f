import { type AuditAction, type AuditActor, type AuditEntry, auditActions } from '@heliograph/protocol'
import { signInMethodText } from '@/lib/sign-in-method-text'

/** What was done, as a sentence goes on after the name of who did it. */
const actionTexts: Record<AuditAction, string> = {
  'audit.trim': 'deleted the oldest rows of the audit',
  'organization.create': 'created the organization',
  'organization.update': 'changed the settings',
  'organization.quotas': 'changed the quotas',
  'organization.transfer': 'transferred the ownership',
  'organization.delete': 'deleted the organization',
  'setAside.delete': 'deleted a message set aside',
  'member.join': 'joined',
  'member.update': 'changed the access of a member',
  'member.leave': 'left',
  'member.remove': 'removed a member',
  'person.signIn': 'signed in',
  'person.signOut': 'signed out',
  'person.signInRefused': 'was refused a sign-in',
  'person.endSessions': 'ended sign-in sessions',
  'person.update': 'changed their name',
  'person.changePassword': 'changed their password',
  'person.resetLink': 'made a link for a new password',
  'person.resetPassword': 'set a new password by a link',
  'person.changeEmail': 'changed their e-mail address',
  'person.enableTwoFactor': 'turned two-factor on',
  'person.disableTwoFactor': 'turned two-factor off',
  'person.renewRecoveryCodes': 'made new recovery codes',
  'person.addPasskey': 'added a passkey',
  'person.removePasskey': 'removed a passkey',
  'person.connectProvider': 'connected their account to the OpenID provider',
  'person.disconnectProvider': 'disconnected their account from the OpenID provider',
  'invitation.create': 'invited somebody',
  'invitation.revoke': 'revoked an invitation',
  'apiKey.create': 'created an API key',
  'apiKey.rotate': 'rotated an API key',
  'apiKey.delete': 'revoked an API key',
  'application.create': 'created an application',
  'application.update': 'changed an application',
  'application.rotate': 'rotated an application',
  'application.delete': 'deleted an application',
  'device.create': 'registered a device',
  'device.update': 'changed a device',
  'device.delete': 'deleted a device',
  'credential.issue': 'issued a credential',
  'credential.rotate': 'rotated a credential',
  'credential.revoke': 'revoked a credential',
}

/** Rows of a later version may have actions that this page does not know. */
export function actionText(action: string): string {
  return actionTexts[action as AuditAction] ?? action
}

/** The actions as choices, as they begin a line. */
export const actionOptions = auditActions.map((action) => {
  const text = actionTexts[action]
  return [action, text.charAt(0).toUpperCase() + text.slice(1)] as const
})

export function actorName({ kind, id, name }: AuditActor): string {
  if (kind === 'platform') return 'The platform'
  if (kind === 'unknown') return 'Somebody'
  return name ?? `${kind === 'person' ? 'A person' : 'An API key'} (${id})`
}

/** In which capacity they acted: `admin`, `API key of Ada`. */
export function actorCapacity({ kind, role, behind }: AuditActor): string {
  if (kind === 'platform') return 'by itself'
  if (kind === 'unknown') return 'not signed in'
  if (kind === 'apiKey') return behind === null ? 'API key' : `API key of ${behind.name}`
  return role === 'platformAdministrator' ? 'platform administrator' : (role ?? 'person')
}

/** The actor as the filter names it. */
export function actorFilter({ kind, id }: AuditActor): string {
  if (kind === 'platform' || kind === 'unknown') return kind
  return `${kind === 'person' ? 'person' : 'key'}:${id}`
}

export interface FactRow {
  field: string
  /** Null where there was, or is, nothing. */
  before: string | null
  after: string | null
}

/** What a change tells, a row for each field; facts that are neither before nor after stand in `after`. */
export function factRows({ before, after, detail }: AuditEntry): FactRow[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  const text = (facts: AuditEntry['before'], field: string) =>
    facts === null || !(field in facts) ? null : fieldText(field, facts[field])
  const changes = [...fields].map((field) => ({
    field: fieldLabel(field),
    before: text(before, field),
    after: text(after, field),
  }))
  const more = Object.entries(detail ?? {}).map(([field, value]) => ({
    field: fieldLabel(field),
    before: null,
    after: fieldText(field, value),
  }))
  return [...changes, ...more]
}

/** The names of the fields that have another value than before. */
export function changedFields(entry: AuditEntry): string[] {
  const rows = factRows({ ...entry, detail: null })
  return rows.flatMap(({ field, before, after }) =>
    before === null || after === null ? [] : [field.toLowerCase()],
  )
}

/** What null means where it is no absence: a limit that there is not. */
const unlimited: Partial<Record<string, string>> = { origins: 'any', scopes: 'all', tags: 'all devices' }

function fieldText(field: string, value: unknown): string {
  if (field === 'method') return signInMethodText(value)
  return (value === null ? unlimited[field] : undefined) ?? factText(value)
}

function factText(value: unknown): string {
  if (value === null || value === '') return 'none'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(factText).join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** `expectedIntervalSeconds` as `Expected interval seconds`. */
function fieldLabel(field: string): string {
  const words = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
