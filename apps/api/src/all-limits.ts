import { auditLimits } from './foundation/audit/audit-limits.js'
import { workLimits } from './foundation/concurrency/work-pace.js'
import { ConfigError } from './foundation/config/config.js'
import { housekeepingLimits } from './foundation/housekeeping/housekeeping-limits.js'
import { jsonLimits } from './foundation/limits/json-limits.js'
import { requestLimits } from './foundation/limits/request-limits.js'
import type { GivenLimits, LimitSet } from './foundation/limits/stated-limits.js'
import { mailLimits } from './foundation/mail/mail-limits.js'
import { httpLimits } from './http/front-door/http-limits.js'
import { accountLinkLimits } from './identity/account-links/account-link-limits.js'
import { apiKeyLimits, apiKeyRequestLimits } from './identity/api-keys/api-key-limits.js'
import { restLimits } from './identity/authentication/rest-limits.js'
import { invitationLimits } from './identity/invitations/invitation-limits.js'
import { memberLimits } from './identity/members/member-limits.js'
import { organizationLimits } from './identity/organizations/organization-limits.js'
import { passwordResetLimits } from './identity/password-reset/password-reset-limits.js'
import { passwordCheckLimits } from './identity/sign-in/password-turns.js'
import { passkeyLimits, sessionLimits } from './identity/sign-in/session-limits.js'
import { signInCallLimits } from './identity/sign-in/sign-in-call-limits.js'
import { auditExportLimits } from './insight/audit/audit-export-limits.js'
import { connectLimits } from './messaging/host/connect-limits.js'
import { deviceLimits } from './messaging/host/device-limits.js'
import { proxyProtocolLimits } from './messaging/proxy-protocol/proxy-protocol-limits.js'
import { tokenLimits, tokenRequestLimits } from './messaging/tokens/token-limits.js'
import { applicationLimits } from './registry/applications/application-limits.js'
import { credentialLimits } from './registry/credentials/credential-limits.js'
import { listLimits } from './registry/lists/list-limits.js'
import { presenceLimits } from './registry/presence/presence-limits.js'
import { exportLimits } from './telemetry/history/exports/export-limits.js'
import { historyLimits } from './telemetry/history/query/history-limits.js'
import { commitLimits } from './telemetry/ingest/commit-limits.js'
import { ingestLimits } from './telemetry/ingest/ingest-limits.js'
import { correctionLimits } from './telemetry/storage/correction-limits.js'
import { keyLimits } from './telemetry/storage/key-limits.js'
import { setAsideLimits } from './telemetry/storage/set-aside-limits.js'
import { usageLimits } from './telemetry/usage/usage-limits.js'

/** The limits of all parts of the api, in the order of docs/limits.md. */
export const allLimits: readonly LimitSet<string>[] = [
  deviceLimits,
  connectLimits,
  jsonLimits,
  ingestLimits,
  commitLimits,
  correctionLimits,
  setAsideLimits,
  keyLimits,
  organizationLimits,
  usageLimits,
  requestLimits,
  httpLimits,
  proxyProtocolLimits,
  restLimits,
  workLimits,
  listLimits,
  historyLimits,
  exportLimits,
  signInCallLimits,
  passwordCheckLimits,
  sessionLimits,
  passkeyLimits,
  accountLinkLimits,
  passwordResetLimits,
  mailLimits,
  memberLimits,
  invitationLimits,
  apiKeyLimits,
  apiKeyRequestLimits,
  tokenLimits,
  tokenRequestLimits,
  credentialLimits,
  applicationLimits,
  presenceLimits,
  auditLimits,
  auditExportLimits,
  housekeepingLimits,
]

/** Throws a ConfigError that names each given limit that does not exist. */
export function assertKnownLimits(given: GivenLimits): void {
  const known = new Set(allLimits.flatMap(({ names }) => names))
  const unknown = [...given.keys()].filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new ConfigError(`LIMITS: ${unknown.join(', ')}: not a limit; docs/limits.md lists them`)
}
