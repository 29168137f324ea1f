import type { Permission } from '@heliograph/protocol'

/** Who may call a route that is not bound to a permission of the table. */
export type OtherAccess = 'anybody' | 'visitor' | 'person' | 'caller' | 'device'

export interface Route {
  /** As in OpenAPI. */
  route: string
  requires: Permission | OtherAccess
  /** How a person or a key of another organization is answered that names what is ours; `own`: it reaches its own alone. */
  stranger: 'own' | `${number} ${string}`
  /** The same for a key, where that differs. */
  strangerKey?: `${number} ${string}`
  /** A query with which the request is valid. */
  query?: string
  /** A valid body, and one that is not. */
  body?: unknown
  invalid?: unknown
}

const noDevice = '404 device_not_found'
const noApplication = '404 application_not_found'

/** Every route of the OpenAPI document. */
export const routes: readonly Route[] = [
  { route: 'GET /api/v1/setup', requires: 'anybody', stranger: 'own' },
  {
    route: 'POST /api/v1/setup',
    requires: 'anybody',
    stranger: '409 setup_done',
    body: {
      name: 'Eve',
      email: 'eve@example.com',
      password: 'tangerine kettle 7',
      organization: { name: 'Evil', slug: 'evil' },
    },
  },
  { route: 'GET /api/v1/me', requires: 'person', stranger: 'own', strangerKey: '403 forbidden' },
  { route: 'GET /api/v1/sign-in-options', requires: 'anybody', stranger: 'own' },
  {
    route: 'GET /api/v1/me/sign-in-methods',
    requires: 'person',
    stranger: 'own',
    strangerKey: '403 forbidden',
  },
  {
    route: 'DELETE /api/v1/me/passkeys/{passkey}',
    requires: 'person',
    stranger: '404 passkey_not_found',
    strangerKey: '403 forbidden',
  },
  {
    route: 'DELETE /api/v1/me/sign-in-methods/open-id-connect',
    requires: 'person',
    stranger: '404 not_connected',
    strangerKey: '403 forbidden',
  },
  {
    route: 'POST /api/v1/password-reset',
    requires: 'anybody',
    stranger: '409 mail_not_configured',
    body: { email: 'nobody@example.com' },
  },
  {
    route: 'POST /api/v1/password-reset/read',
    requires: 'anybody',
    stranger: '404 link_not_found',
    body: { token: 'hg_lnk_unknown' },
  },
  {
    route: 'POST /api/v1/password-reset/complete',
    requires: 'anybody',
    stranger: '404 link_not_found',
    body: { token: 'hg_lnk_unknown', password: 'tangerine kettle 7' },
  },
  {
    route: 'POST /api/v1/email-confirmation',
    requires: 'anybody',
    stranger: '404 link_not_found',
    body: { token: 'hg_lnk_unknown' },
  },
  { route: 'GET /api/v1/me/sessions', requires: 'person', stranger: 'own', strangerKey: '403 forbidden' },
  { route: 'DELETE /api/v1/me/sessions', requires: 'person', stranger: 'own', strangerKey: '403 forbidden' },
  {
    route: 'DELETE /api/v1/me/sessions/{session}',
    requires: 'person',
    stranger: '404 session_not_found',
    strangerKey: '403 forbidden',
  },
  {
    route: 'POST /api/v1/me/email',
    requires: 'person',
    stranger: '409 mail_not_configured',
    strangerKey: '403 forbidden',
    body: { email: 'new@example.com', password: 'not the password' },
    invalid: { email: 'nobody' },
  },
  {
    route: 'POST /api/v1/me/delete',
    requires: 'person',
    stranger: '400 invalid_password',
    strangerKey: '403 forbidden',
    body: { password: 'not the password' },
    invalid: { password: 7 },
  },
  { route: 'GET /api/v1/platform', requires: 'caller', stranger: 'own' },
  {
    route: 'GET /api/v1/organizations',
    requires: 'person',
    stranger: '403 platform_administrator_required',
    strangerKey: '403 forbidden',
  },
  {
    route: 'POST /api/v1/organizations',
    requires: 'person',
    stranger: 'own',
    strangerKey: '403 forbidden',
    body: { name: 'X', slug: 'x' },
    invalid: { slug: 'X' },
  },
  {
    route: 'GET /api/v1/organizations/{organization}/quotas',
    requires: 'person',
    stranger: '403 platform_administrator_required',
    strangerKey: '403 forbidden',
  },
  {
    route: 'PATCH /api/v1/organizations/{organization}/quotas',
    requires: 'person',
    stranger: '403 platform_administrator_required',
    strangerKey: '403 forbidden',
    body: { devices: 1_000 },
    invalid: { devices: 0 },
  },
  { route: 'GET /api/v1/organization', requires: 'organization.read', stranger: 'own' },
  {
    route: 'PATCH /api/v1/organization',
    requires: 'organization.update',
    stranger: 'own',
    body: { retentionDays: 400 },
    invalid: { retentionDays: -1 },
  },
  {
    route: 'POST /api/v1/organization/transfer',
    requires: 'organization.transfer',
    stranger: '404 member_not_found',
    strangerKey: '403 role_required',
    body: { to: 'nobody' },
    invalid: { to: '' },
  },
  {
    route: 'DELETE /api/v1/organization',
    requires: 'organization.delete',
    // A caller names the organization in which it acts, which is not ours.
    stranger: '400 not_confirmed',
    strangerKey: '403 role_required',
    query: '?confirm=another',
  },
  { route: 'GET /api/v1/audit', requires: 'audit.read', stranger: 'own' },
  { route: 'GET /api/v1/audit/export', requires: 'audit.read', stranger: 'own' },
  {
    route: 'GET /api/v1/platform/audit',
    requires: 'person',
    stranger: '403 platform_administrator_required',
    strangerKey: '403 forbidden',
  },
  {
    route: 'GET /api/v1/platform/audit/export',
    requires: 'person',
    stranger: '403 platform_administrator_required',
    strangerKey: '403 forbidden',
  },
  { route: 'GET /api/v1/me/activity', requires: 'person', stranger: 'own', strangerKey: '403 forbidden' },
  { route: 'GET /api/v1/organization/usage', requires: 'usage.read', stranger: 'own' },
  { route: 'GET /api/v1/overview', requires: 'organization.read', stranger: 'own' },
  { route: 'GET /api/v1/members', requires: 'members.read', stranger: 'own' },
  {
    route: 'PATCH /api/v1/members/{user}',
    requires: 'members.manage',
    stranger: '404 member_not_found',
    body: { role: 'viewer' },
    invalid: { role: 'king' },
  },
  { route: 'DELETE /api/v1/members/{user}', requires: 'members.leave', stranger: '404 member_not_found' },
  {
    route: 'POST /api/v1/invitations',
    requires: 'members.manage',
    stranger: 'own',
    body: { role: 'viewer' },
    invalid: { role: 'viewer', email: 'nobody' },
  },
  { route: 'GET /api/v1/invitations', requires: 'members.manage', stranger: 'own' },
  {
    route: 'DELETE /api/v1/invitations/{id}',
    requires: 'members.manage',
    stranger: '404 invitation_not_found',
  },
  {
    route: 'POST /api/v1/invitations/read',
    requires: 'visitor',
    stranger: '404 invitation_not_found',
    strangerKey: '403 forbidden',
    body: { token: 'hg_inv_unknown' },
    invalid: { token: '' },
  },
  {
    route: 'POST /api/v1/invitations/accept',
    requires: 'visitor',
    stranger: '404 invitation_not_found',
    strangerKey: '403 forbidden',
    body: { token: 'hg_inv_unknown' },
    invalid: { token: 'hg_inv_unknown', password: 'short' },
  },
  {
    route: 'POST /api/v1/invitations/confirm',
    requires: 'visitor',
    stranger: '404 link_not_found',
    strangerKey: '403 forbidden',
    body: { token: 'hg_lnk_unknown' },
    invalid: { token: '' },
  },
  {
    route: 'POST /api/v1/api-keys',
    requires: 'apiKeys.manage',
    stranger: 'own',
    body: { name: 'a key' },
    invalid: { name: '' },
  },
  { route: 'GET /api/v1/api-keys', requires: 'apiKeys.manage', stranger: 'own' },
  {
    route: 'POST /api/v1/api-keys/{id}/rotate',
    requires: 'apiKeys.manage',
    stranger: '404 api_key_not_found',
    body: { overlapSeconds: 1 },
    invalid: { overlapSeconds: -1 },
  },
  { route: 'DELETE /api/v1/api-keys/{id}', requires: 'apiKeys.manage', stranger: '404 api_key_not_found' },
  {
    route: 'POST /api/v1/applications',
    requires: 'applications.manage',
    stranger: 'own',
    body: { name: 'An application' },
    invalid: { name: 'An application', origins: ['example.com'] },
  },
  { route: 'GET /api/v1/applications', requires: 'applications.read', stranger: 'own' },
  { route: 'GET /api/v1/applications/{id}', requires: 'applications.read', stranger: noApplication },
  {
    route: 'PATCH /api/v1/applications/{id}',
    requires: 'applications.manage',
    stranger: noApplication,
    body: { name: 'New' },
    invalid: {},
  },
  {
    route: 'POST /api/v1/applications/{id}/rotate',
    requires: 'applications.manage',
    stranger: noApplication,
    body: { overlapSeconds: 1 },
    invalid: { overlapSeconds: -1 },
  },
  {
    route: 'DELETE /api/v1/applications/{id}',
    requires: 'applications.manage',
    stranger: noApplication,
  },
  {
    route: 'POST /api/v1/devices',
    requires: 'devices.create',
    stranger: 'own',
    body: { name: 'A device' },
    invalid: { name: 'A device', colour: 'red' },
  },
  { route: 'GET /api/v1/devices', requires: 'devices.read', stranger: 'own' },
  { route: 'GET /api/v1/devices/{device}', requires: 'devices.read', stranger: noDevice },
  {
    route: 'PATCH /api/v1/devices/{device}',
    requires: 'devices.update',
    stranger: noDevice,
    body: { name: 'New' },
    invalid: {},
  },
  { route: 'GET /api/v1/devices/{device}/presence', requires: 'devices.read', stranger: noDevice },
  { route: 'GET /api/v1/devices/{device}/refusals', requires: 'devices.read', stranger: noDevice },
  { route: 'GET /api/v1/devices/{device}/telemetry', requires: 'telemetry.read', stranger: noDevice },
  { route: 'GET /api/v1/devices/{device}/telemetry/latest', requires: 'telemetry.read', stranger: noDevice },
  {
    route: 'POST /api/v1/devices/{device}/telemetry',
    requires: 'device',
    stranger: '401 unauthorized',
    body: { temperature: 21.5 },
  },
  {
    route: 'GET /api/v1/telemetry',
    requires: 'telemetry.read',
    stranger: noDevice,
    query: '?devices=pump&points=10',
  },
  {
    route: 'GET /api/v1/telemetry/latest',
    requires: 'telemetry.read',
    stranger: noDevice,
    query: '?devices=pump',
  },
  { route: 'GET /api/v1/telemetry/set-aside', requires: 'setAside.manage', stranger: 'own' },
  {
    route: 'DELETE /api/v1/telemetry/set-aside/{id}',
    requires: 'setAside.manage',
    stranger: '404 message_not_found',
  },
  {
    route: 'POST /api/v1/devices/{device}/credentials',
    requires: 'credentials.manage',
    stranger: noDevice,
    body: { name: 'one' },
    invalid: { expiresAt: 'tomorrow' },
  },
  { route: 'GET /api/v1/devices/{device}/credentials', requires: 'credentials.read', stranger: noDevice },
  {
    route: 'POST /api/v1/devices/{device}/credentials/{id}/rotate',
    requires: 'credentials.manage',
    stranger: noDevice,
    body: { overlapSeconds: 1 },
    invalid: { overlapSeconds: -1 },
  },
  {
    route: 'DELETE /api/v1/devices/{device}/credentials/{id}',
    requires: 'credentials.manage',
    stranger: noDevice,
  },
  {
    route: 'POST /api/v1/mqtt/tokens',
    requires: 'topics.subscribe',
    stranger: 'own',
    body: {},
    invalid: { subscribe: 'all' },
  },
  { route: 'DELETE /api/v1/devices/{device}', requires: 'devices.delete', stranger: noDevice },
]

const otherAccess: readonly string[] = [
  'anybody',
  'visitor',
  'person',
  'caller',
  'device',
] satisfies OtherAccess[]

/** The permission that a route requires; null when it is not one of an organization. */
export function permissionOf({ requires }: Route): Permission | null {
  return otherAccess.includes(requires) ? null : (requires as Permission)
}
